/* What the console says, in both languages. A value may be a function of what it talks about. */

const WORDS = {
  zh: {
    title: "责任判定", toHotspots: "热点", toPatrols: "巡查路线", skip: "跳到查询", docs: "接口文档", signOut: "退出", map: "地图",
    synthetic: "示例数据：几何与案件均为合成",
    loadingMap: "正在读取网格……",
    noCells: "尚未导入单元网格：gridsvc area import … --level cell",
    mapFailed: (why) => `网格读取失败：${why}`,
    find: "查找地点", findHint: "地名、地址或拼音，如 友谊东路与太乙路十字西北角",
    noPlace: "没有找到这个地点", severalPlaces: "有几处同样符合，请选择",
    morePlaces: "未全部列出，可移动地图或多写几个字",
    notUnderstood: (text) => `未识别：${text}`, within: (m) => `±${Math.round(m)} 米`, whyPlace: (place) => place.because,
    placeKinds: {
      road: "道路", crossing: "路口", address: "门牌", compound: "院落", landmark: "地标", stop: "站点", area: "区域",
    },
    class: "类别", classHint: "输入名称或代码，如 小广告、井盖", lon: "经度", lat: "纬度", ask: "判定",
    more: "坐标系、精度、时间、部件、门牌", datum: "坐标系", accuracy: "定位精度（米）", at: "派遣时间（空：现在）",
    event: "事件", component: "部件",
    componentId: "部件编号", house: "门牌号（界路）", heading: "行车方向（度，北为 0）",
    wanted: "补充下列情况，可能判得更准", notKnown: "不清楚", stages: "阶段", noComponent: "没有对应的登记部件",
    noClass: "没有符合的类别", moreClasses: (n) => `还有 ${n} 个，请继续输入`,
    noClasses: "尚未导入类别：gridsvc class import",
    hints: ["选择类别", "在地图上点选位置，或输入经纬度", "查看责任单位、时限与依据"],
    working: "正在判定……",
    needClass: "已选位置，请选择类别。", needPlace: "已选类别，请在地图上点选位置。",
    badPlace: "经度、纬度应为数字，如 108.9550、34.2450。",
    decisions: { determined: "已判定", ranked: "已排序", fallback: "属地兜底", needs_decision: "待人工判定" },
    noUnit: "尚不能确定责任单位", confidence: (share) => `把握 ${share}`,
    deadline: "截止时间", noDeadline: "规范未给出时限", limit: (text) => `时限 ${text}`,
    left: (time) => `距今 ${time}`, late: (time) => `已过 ${time}`,
    days: (n) => `${n} 天`, hours: (n) => `${n} 小时`, minutes: (n) => `${n} 分`,
    weekdays: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    date: (year, month, day, weekday) => `${year}年${month}月${day}日 ${weekday}`,
    provisional: "该年节假日安排尚未公布，按周末推算，待核定",
    cell: "单元网格", outside: "不在任何单元网格内",
    onBoundary: "位于网格边界上，按规则归此网格", snapped: (m) => `在网格外 ${m} 米，就近归入`,
    kindOf: "类别",
    assumed: (n) => `该小类有 ${n} 项立案条件，未指定，暂按所列条款；可在下面选择`,
    clause: "条款", edition: "规范版本", filing: "立案条件", closing: "结案条件", noClause: "没有适用的条款",
    conditions: "全部立案条件", noLimit: "无时限",
    candidates: "候选单位", lead: "主办", assist: "协办", because: "依据", refused: "未采用",
    cells: "可能的单元网格", outsideShare: "网格外", reasons: "判定理由",
    steps: { place: "位置", component: "部件", clause: "条款", rule: "规则", deadline: "时限" },
    json: "原始 JSON", atlas: (version) => `依据数据版本 ${version}`,
    failed: "判定失败", offline: "服务没有响应，请检查网络后重试。", signedOut: "登录已失效，请重新登录。",
    signIn: "重新登录",
  },
  en: {
    title: "Who is responsible", toHotspots: "Hotspots", toPatrols: "Patrol routes", skip: "Skip to the query", docs: "API", signOut: "Sign out", map: "Map",
    synthetic: "Sample data: geometry and cases are synthetic",
    loadingMap: "Reading the cells …",
    noCells: "No cells were imported yet: gridsvc area import … --level cell",
    mapFailed: (why) => `The cells could not be read: ${why}`,
    find: "Find a place", findHint: "A name, an address, or pinyin",
    noPlace: "No such place was found", severalPlaces: "Several are as good: choose one",
    morePlaces: "There are more: move the map or type on",
    notUnderstood: (text) => `Not understood: ${text}`, within: (m) => `±${Math.round(m)} m`,
    whyPlace: (place) => place.because_en,
    placeKinds: {
      road: "road", crossing: "crossing", address: "address", compound: "compound", landmark: "place", stop: "stop",
      area: "area",
    },
    class: "Class", classHint: "A name or code", lon: "Longitude", lat: "Latitude", ask: "Resolve",
    more: "Datum, accuracy, time, component, house number", datum: "Datum", accuracy: "Accuracy (m)", at: "Dispatched at (empty: now)",
    event: "event", component: "component",
    componentId: "Component id", house: "House number (boundary road)", heading: "Heading of traffic (degrees, north is 0)",
    wanted: "Known facts may settle it:", notKnown: "not known", stages: "Stages", noComponent: "no registered component",
    noClass: "No class fits", moreClasses: (n) => `${n} more: type on`,
    noClasses: "No classes were imported yet: gridsvc class import",
    hints: ["Choose a class", "Click a place on the map, or enter its coordinates", "See unit, deadline and grounds"],
    working: "Resolving …",
    needClass: "A place is chosen: now choose a class.", needPlace: "A class is chosen: now click a place on the map.",
    badPlace: "Longitude and latitude are numbers, such as 108.9550 and 34.2450.",
    decisions: { determined: "determined", ranked: "ranked", fallback: "fallback", needs_decision: "needs a decision" },
    noUnit: "No unit can be named yet", confidence: (share) => `confidence ${share}`,
    deadline: "Deadline", noDeadline: "the specification gives no limit", limit: (text) => `limit ${text}`,
    left: (time) => `in ${time}`, late: (time) => `${time} ago`,
    days: (n) => `${n} d`, hours: (n) => `${n} h`, minutes: (n) => `${n} min`,
    weekdays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    date: (year, month, day, weekday) => `${weekday} ${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`,
    provisional: "The holidays of that year are not published: weekends only, provisional",
    cell: "Cell", outside: "in no cell",
    onBoundary: "on the border of cells; the rule gives it to this one", snapped: (m) => `${m} m outside the cell, taken as the nearest`,
    kindOf: "Class",
    assumed: (n) => `The class has ${n} filing conditions and none was chosen; choose below`,
    clause: "Clause", edition: "Edition", filing: "Filed when", closing: "Closed when", noClause: "No clause applies",
    conditions: "All filing conditions", noLimit: "no limit",
    candidates: "Candidate units", lead: "lead", assist: "assist", because: "because", refused: "set aside",
    cells: "Possible cells", outsideShare: "outside the cells", reasons: "Reasons",
    steps: { place: "Place", component: "Object", clause: "Clause", rule: "Rule", deadline: "Limit" },
    json: "JSON", atlas: (version) => `Data version ${version}`,
    failed: "Not resolved", offline: "The service does not answer. Check the network and try again.",
    signedOut: "You are signed out.", signIn: "Sign in again",
  },
};

const KEPT = "gridsvc.language";
let current = "zh";

export const words = () => WORDS[current];

/** A page's own words, beside those that all pages share. */
export function extendWords(more) {
  for (const [spoken, added] of Object.entries(more)) Object.assign(WORDS[spoken], added);
}
export const language = () => current;

/** The language chosen here before, else the browser's, else the server's. */
export function firstLanguage(ofServer) {
  const kept = localStorage.getItem(KEPT);
  if (kept in WORDS) return kept;
  const asked = (navigator.languages || []).map((each) => each.slice(0, 2)).find((each) => each in WORDS);
  return asked || ofServer || "zh";
}

export function chooseLanguage(chosen, keep = false) {
  current = chosen in WORDS ? chosen : "zh";
  if (keep) localStorage.setItem(KEPT, current);
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
  document.title = `${words().title} · gridsvc`;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = words()[element.dataset.word];
  }
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", words()[element.dataset.wordLabel]);
  }
  for (const element of document.querySelectorAll("[data-word-placeholder]")) {
    element.placeholder = words()[element.dataset.wordPlaceholder];
  }
}
