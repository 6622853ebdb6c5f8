/* What the page of hotspots says, in both languages. */

import { extendWords } from "./words.js";

extendWords({
  zh: {
    title: "热点", toResolve: "责任判定", ask: "查看", working: "正在统计……", failed: "未能统计",
    series: "关注的问题", noSeries: "—— 自选类别与时段 ——",
    from: "自", to: "至", product: "看什么", productCells: "是否高于偶然", productTrend: "逐周变化",
    hours: "时段（空：全天）", needClass: "请选择类别。", needDays: "请填写起止日期。",
    hintHotspots: ["选择关注的问题，或类别与时段", "地图按检验结果设色，热点勾勒轮廓", "点选网格或热点，查看数字与依据"],
    top: "热点网格", remarks: "须知", numbers: "数字", provenance: "如何得出", download: "下载 GeoJSON",
    noHotspots: "本期没有热点：与偶然没有可以分辨的差别。",
    changes: { new: "新出现", continuing: "持续", grown: "扩大", shrunk: "缩小", split: "分裂而来", returned: "再次出现" },
    observed: (n, expected) => `${n} 件（预期 ${expected}）`, times: (risk, low, high) => `${risk} 倍（95 % 区间 ${low}–${high}）`,
    weeksSeen: (n) => `第 ${n} 期`, gone: "上期有、本期无", units: "责任单位", latest: "最近上报",
    classesOf: "类别", weeksOf: "逐周件数", hoursOf: "时刻", channelsOf: "来源", cellsOf: (n) => `${n} 个单元网格`,
    madeAt: (time) => `统计于 ${time}`, noUnitNamed: "未判定", count: (n) => `${n} 件`, noChannel: "来源不明",
    chosenHigh: "因偏高而入选，倍数偏向高估。", unknown: "—", labelled: (label, unit) => `${label}（${unit}）`,
  },
  en: {
    title: "Hotspots", toResolve: "Who is responsible", ask: "Show", working: "Counting …", failed: "Not counted",
    series: "Watched", noSeries: "— a class and period of my own —",
    from: "From", to: "To", product: "Show", productCells: "More than chance?", productTrend: "From week to week",
    hours: "Hours (empty: all)", needClass: "Choose a class.", needDays: "Give the first and last day.",
    hintHotspots: [
      "Choose what is watched, or a class and a period", "Cells are coloured by the test, hotspots outlined",
      "Click a cell or a hotspot for its numbers and grounds",
    ],
    top: "Hot cells", remarks: "To be known", numbers: "Numbers", provenance: "How it was computed",
    download: "Download GeoJSON",
    noHotspots: "No hotspot in this period: nothing can be told from chance.",
    changes: {
      new: "new", continuing: "continuing", grown: "grown", shrunk: "shrunk", split: "split off", returned: "returned",
    },
    observed: (n, expected) => `${n} (expected ${expected})`, times: (risk, low, high) => `${risk} × (95 % ${low}–${high})`,
    weeksSeen: (n) => `run ${n}`, gone: "Gone since the run before", units: "Units", latest: "Latest reports",
    classesOf: "Classes", weeksOf: "By week", hoursOf: "Hours", channelsOf: "Channels", cellsOf: (n) => `${n} cells`,
    madeAt: (time) => `made ${time}`, noUnitNamed: "none named", count: (n) => `${n}`, noChannel: "channel unknown",
    chosenHigh: "Chosen because it is high: the factor leans upwards.", unknown: "—",
    labelled: (label, unit) => `${label} (${unit})`,
  },
});
