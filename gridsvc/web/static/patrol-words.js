/* What the page of patrol routes says, in both languages. */

import { extendWords } from "./words.js";

/** An expected number as it is read: one place, two below 1, and what is less than a hundredth. */
export const amount = (n) => (n > 0 && n < 0.005 ? "<0.01" : n === 0 || n >= 0.995 ? n.toFixed(1) : n.toFixed(2));

extendWords({
  zh: {
    title: "巡查路线", toResolve: "责任判定", working: "正在编排路线……", failed: "未能编排", reading: "正在读取方案……",
    plans: "方案", newPlan: "—— 编排新的路线 ——", date_: "日期", shift: "班次", patrols: "人数", mode: "方式",
    walk: "步行", ebike: "电动自行车", car: "汽车", form: "形式", points: "到热点停留", streets: "沿街巡查",
    classes: "看什么（可选多类）", placing: "点地图或查找地点，放置", depot: "出发地", must: "必到点",
    options: "休息、覆盖、探查、种子", openCases: "未结案件必到", recurrent: "反复处必到", pause: "休息（分@时段）",
    floor: "七日至少到访", exploration: "探查时间（%）", seed: "种子（空：随机）", make: "编排路线",
    hintPatrols: ["选择要看的类别，填写日期与班次", "点地图放置出发地（不放：辖区中部）和必到点", "编排后查看每人的路线，下载 GPX 或打印巡查单"],
    mayNot: "您的角色不能编排路线，可以查看已有方案。",
    needWhat: "请选择类别，或放置必到点。", remove: (name) => `移除 ${name}`, placedName: (kind, n) => `${kind} ${n}`,
    planOption: (plan) => `${plan.day} ${plan.begins}–${plan.ends} · ${plan.patrols} 人 · ${plan.stops} 处 · ${plan.id}${plan.later ? "（已重排）" : ""}`,
    totals: (t) => `${t.stops} 处 · ${t.km.toFixed(1)} 千米 · 路上 ${Math.round(t.travel_minutes)} 分 · 停留 ${Math.round(t.dwell_minutes)} 分 · 预计 ${amount(t.expected)} 件`,
    stays: "未安排", followed: (id) => `班次中已重新编排，现行方案 ${id}`, leaves: "出发", returns: "返回", stopMinutes: (n) => `${n} 分`, dropped: "无法安排的必到地点", omitted: "未安排的地点",
    floorUnmet: (f) => `${f.name}：七日 ${f.visits} / ${f.floor} 次`, floors: "未达下限的责任网格", remarks: "须知",
    provenance: "如何得出", all: "全部：", mapPage: "地图网页", sheets: "巡查单 PDF", sheet: "巡查单", window: (span) => `宜在 ${span}`,
    moreOf: (n) => `另有 ${n} 处`,
    kinds: {
      hotspot: "热点", street: "路段", must_visit: "必到", coverage: "覆盖", exploration: "探查", urgent: "紧急", break: "休息",
    },
  },
  en: {
    title: "Patrol routes", toResolve: "Who is responsible", working: "Planning …", failed: "Not planned", reading: "Reading the plan …",
    plans: "Plans", newPlan: "— a new plan —", date_: "Day", shift: "Shift", patrols: "Patrols", mode: "By",
    walk: "foot", ebike: "e-bike", car: "car", form: "Form", points: "stops at hotspots", streets: "streets walked",
    classes: "Look for (one or more)", placing: "Click the map or find a place to set a", depot: "base", must: "must-visit",
    options: "Break, floor, exploration, seed", openCases: "open cases", recurrent: "recurrent places", pause: "Break (min@hours)",
    floor: "Visits in 7 days", exploration: "Exploration (%)", seed: "Seed (empty: any)", make: "Plan routes",
    hintPatrols: [
      "Choose what to look for, the day and the shift", "Click the map to set bases (none: the middle of the area) and must-visits",
      "See who goes where, then take the GPX or print the sheets",
    ],
    mayNot: "Your role cannot plan routes; plans made before can be seen.",
    needWhat: "Choose a class, or set a must-visit.", remove: (name) => `Remove ${name}`, placedName: (kind, n) => `${kind} ${n}`,
    planOption: (plan) => `${plan.day} ${plan.begins}–${plan.ends} · ${plan.patrols} patrols · ${plan.stops} stops · ${plan.id}${plan.later ? " (replanned)" : ""}`,
    totals: (t) => `${t.stops} stops · ${t.km.toFixed(1)} km · ${Math.round(t.travel_minutes)} min on the way · ${Math.round(t.dwell_minutes)} min there · ${amount(t.expected)} problems expected`,
    stays: "nothing planned", followed: (id) => `Planned anew within the shift: plan ${id} holds now`, leaves: "leaves", returns: "back", stopMinutes: (n) => `${n} min`, dropped: "Must-visits that cannot be held", omitted: "Places left out",
    floorUnmet: (f) => `${f.name}: ${f.visits} of ${f.floor} in seven days`, floors: "Grids below their floor", remarks: "To be known",
    provenance: "How it was made", all: "All:", mapPage: "map page", sheets: "sheets (PDF)", sheet: "sheet", window: (span) => `best ${span}`,
    moreOf: (n) => `${n} more`,
    kinds: {
      hotspot: "hotspot", street: "street", must_visit: "must visit", coverage: "coverage", exploration: "exploration", urgent: "urgent",
      break: "break",
    },
  },
});
