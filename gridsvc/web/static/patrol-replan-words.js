/* What the page of patrol routes says of patrols that are not alike, of planning anew, and of what is refused. */

import { extendWords } from "./words.js";

extendWords({
  zh: {
    unlike: "各人不同：方式、时段、责任网格、休息、出发地", addPatrol: "＋ 加一人", alike: "改回各人相同", asAll: "同上", anywhere: "不限",
    patrolName: (n) => `${n}号`, pickOnMap: "在地图上点选", picking: (what) => `请在地图上点选：${what}`, badSpot: "请写成 经度,纬度，如 108.951,34.246。",
    columns: {
      name: "姓名", mode: "方式", shift: "时段", zones: "责任网格", break: "休息", start: "出发地", depot: "出发地", end: "收班地", lon: "经度", lat: "纬度",
      patrol: "巡查员", at: "时间", from: "开始", to: "结束", minutes: "停留", weight: "权重", date: "日期", classes: "类别", most_minutes: "最长分钟",
    },
    replan: "班次中重新编排：急事、缺人", replanHint: "已完成的保留；点地图或查找地点，放置紧急地点。", atTime: "从何时起", urgent: "紧急地点", urgentHint: "案件编号，或 108.951,34.246,名称", add: "加入",
    urgentName: (n) => `紧急地点 ${n}`, caseName: (number) => `案件 ${number}`, noCase: (number) => `没有编号为 ${number} 的案件。`,
    caseNowhere: (number) => `案件 ${number} 没有坐标，请在地图上点选。`, whereabouts: "各人现在的位置（空：按原方案推算）", absent: "退出",
    positionOf: (name) => `${name}的位置`, atBase: "在出发地", atStop: (name) => `在 ${name}`, towards: (name) => `往 ${name}`, homewards: "返回途中", home: "已收班", fellOut: "此前已退出",
    replanDo: "重新编排", against: (id) => `与第 ${id} 号方案相比`, unchanged: "没有变化", before: (time) => `原 ${time}`, colon: "：", comma: "，",
    changes: { added: "新增", gone: "不再去", moved: "换人", shifted: "改时间" },
    changed: { added: (n) => `新增 ${n} 处`, gone: (n) => `不再去 ${n} 处`, moved: (n) => `换人 ${n} 处`, shifted: (n) => `改时间 ${n} 处` },
    refusedRows: (n) => `${n} 处没有采用`, atRow: (row, column, value) => [row && `第 ${row} 行`, column, value && `“${value}”`].filter(Boolean).join(" · "),
  },
  en: {
    unlike: "Not alike: mode, hours, zones, break, base", addPatrol: "+ one more", alike: "All alike again", asAll: "as above", anywhere: "anywhere",
    patrolName: (n) => `No. ${n}`, pickOnMap: "Pick on the map", picking: (what) => `Click the map: ${what}`, badSpot: "Write longitude,latitude, such as 108.951,34.246.",
    columns: {
      name: "Name", mode: "By", shift: "Hours", zones: "Zones", break: "Break", start: "Base", depot: "Base", end: "End", lon: "Longitude", lat: "Latitude",
      patrol: "Patrol", at: "Time", from: "From", to: "To", minutes: "Minutes", weight: "Weight", date: "Day", classes: "Classes", most_minutes: "Most minutes",
    },
    replan: "Plan anew within the shift: urgent, absent", replanHint: "What was done stays. Click the map or find a place to set an urgent one.", atTime: "From", urgent: "Urgent place", urgentHint: "Case number, or 108.951,34.246,name", add: "Add",
    urgentName: (n) => `Urgent ${n}`, caseName: (number) => `Case ${number}`, noCase: (number) => `There is no case ${number}.`,
    caseNowhere: (number) => `Case ${number} has no coordinates: click the map.`, whereabouts: "Where each is now (empty: as planned)", absent: "out",
    positionOf: (name) => `position of ${name}`, atBase: "at the base", atStop: (name) => `at ${name}`, towards: (name) => `on the way to ${name}`, homewards: "on the way back", home: "off duty", fellOut: "fell out before",
    replanDo: "Plan anew", against: (id) => `Against plan ${id}`, unchanged: "nothing changed", before: (time) => `was ${time}`, colon: ": ", comma: ", ",
    changes: { added: "New", gone: "No longer visited", moved: "By another patrol", shifted: "At another time" },
    changed: { added: (n) => `${n} new`, gone: (n) => `${n} no longer`, moved: (n) => `${n} by another`, shifted: (n) => `${n} at another time` },
    refusedRows: (n) => `${n} not taken`, atRow: (row, column, value) => [row && `row ${row}`, column, value && `"${value}"`].filter(Boolean).join(" · "),
  },
});
