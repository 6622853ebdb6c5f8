"""The words that the script of the page puts in itself."""

from __future__ import annotations

from gridsvc.errors import Text

PAGE = {
    "patrols": Text("巡查员", "Patrols"),
    "all": Text("全部", "all"),
    "omitted": Text("未安排的地点", "Places left out"),
    "omittedHint": Text("空心圆；点选可看原因。", "Hollow marks; click one for its reason."),
    "dropped": Text("无法安排的必到地点", "Must-visits that cannot be held"),
    "floors": Text("责任网格七日到访", "Visits of duty grids in seven days"),
    "floorUnmet": Text("未达到 {floor} 次：{visits} 次。{because}", "{visits} of {floor}. {because}"),
    "floorsMet": Text("{met} / {all} 个责任网格达到下限", "{met} of {all} duty grids have their floor"),
    "remarks": Text("须知", "To be known"),
    "evidence": Text("依据：怎样算出来的", "How this was made"),
    "seed": Text("种子", "Seed"),
    "madeAt": Text("生成时间", "Made at"),
    "versions": Text("版本", "Versions"),
    "bound": Text("上界", "Bound"),
    "value": Text("价值", "Value"),
    "possible": Text("全部价值", "Value of all places"),
    "greedy": Text("简单方案的价值", "Value of the simple plan"),
    "saveJson": Text("下载 JSON", "Save JSON"),
    "arrives": Text("到达", "arrives"),
    "stays": Text("停留", "stays"),
    "minutes": Text("{n} 分", "{n} min"),
    "walks": Text("沿街巡查 {n} 米", "walks {n} m of street"),
    "window": Text("宜在", "best between"),
    "lookFor": Text("留意", "look for"),
    "why": Text("理由", "because"),
    "via": Text("经", "via"),
    "cell": Text("网格", "cell"),
    "start": Text("出发", "start"),
    "end": Text("结束", "end"),
    "leaves": Text("离开", "leaves"),
    "stays_home": Text("未安排", "nothing planned"),
    "worth": Text("价值 {n}", "worth {n}"),
    "more": Text("另有 {n} 处", "{n} more"),
}
