// Everything the page itself says to residents. What the assistant says comes from the server.

export const CLEAR = "清空本页";
export const ASK = "问法律问题";
export const LIMIT = 10000;

export const GREETING = {
  id: "greeting",
  text: [
    "您好，我是公共法律服务智能助手。",
    "遇到法律上的烦心事，直接说给我听就行。我会告诉您法律怎么说、下一步怎么办，也可以帮您申请人民调解、约社区法律顾问。",
    "",
    "我是自动回复，讲的是一般法律信息，不是律师意见。有危险请先拨打110。",
  ].join("\n"),
  buttons: [ASK, "申请人民调解", "找社区法律顾问", "查进度", "转人工"],
};

export const EXAMPLES = {
  id: "examples",
  text: "请把事情写在下面的框里，像平时说话一样就行。也可以点一个看看：",
  buttons: ["房东不退押金怎么办", "公司拖欠工资怎么办", "楼上漏水泡坏了我家怎么办", "借条过了三年还能要吗"],
};

export const MORE = [
  ["申请人民调解", "申请人民调解"],
  ["申请法律援助", "申请法律援助"],
  ["反映企业问题", "反映企业问题"],
  ["补充材料", "补充材料"],
  ["办公时间", "办公时间"],
  ["地址在哪里", "地址在哪里"],
  ["我的信息：查看、更正、删除", "我的信息怎么查看、更正或删除"],
];

export const BOT = "智能助手自动回复";
export const PERSON = "人工回复";
export const ROLES = { advisor: "社区法律顾问", lawyer: "律师", mediator: "人民调解员", staff: "工作人员" };

export const STATES = {
  sending: "正在发送",
  delayed: "还没发出，网络好了会自动再发",
  refused: "没有发出",
};

export const SAY = {
  you: "您说：",
  typing: "智能助手正在回复",
  offline: "网络断了。您写的都留着，连上后自动发出；着急可直接拨打12348。",
  lost: "网络不稳，正在重新连接，您写的不会丢。",
  failed: "消息没有发出去，请稍后再试；急事请拨打12348。",
  empty: "请先写几个字，再点发送。",
  count: (used) => `已写${used.toLocaleString("zh-CN")}字，最多${LIMIT.toLocaleString("zh-CN")}字`,
  tooLong: (used) => `写了${used.toLocaleString("zh-CN")}字，超过${LIMIT.toLocaleString("zh-CN")}字了，请分成几条发。`,
  laws: "法律依据（点开看原文）",
  moreLaws: (left) => `还有${left}条`,
  loading: "正在打开……",
  noArticle: "暂时打不开这一条，请稍后再试。",
  notHeld: (law, number) => `《${law}》${number}的原文这里还没有收录，请以官方公布的文本为准；要弄清楚怎么适用，可以问社区法律顾问，或拨打12348。`,
  effective: (day) => `施行日期：${day}`,
  source: "来源：",
  packaged: (name) => `来源：随程序提供的法律文本（${name}），以官方公布的文本为准。`,
  articleFine: "法条原文仅供了解；怎样适用，请问社区法律顾问或拨打12348。",
  related: "看看可能相关的法条",
  calendar: "加入手机日历",
  claimTitle: "领取文件",
  claimWords: "工作人员在微信里给您发过领取码的，把它填在这里。",
  claimCode: "领取码",
  claimOpen: "打开文件",
  claimReady: "可以了，点这里打开文件",
  mine: "下载我的信息",
  mineFile: "我的信息.json",
  read: "朗读",
  stop: "停止朗读",
  copy: "复制编号",
  copied: "已复制",
  call: (number, label) => `拨打${number}${label ? ` ${label}` : ""}`,
  listening: "正在听，请说话……",
  heardNothing: "没有听清，请再说一次，或直接打字。",
  noMicrophone: "没有得到话筒权限，请直接打字。",
  speechNote: "语音由您的手机或浏览器识别成文字，请核对后再发。",
  clearQuestion: "这里看得到的对话会马上清空，换成一张普通日历。浏览器的历史记录要您自己另外删除。已经提交的申请不受影响，编号请先记好。",
  elderOn: "已换成长辈版，字更大了。",
  elderOff: "已换回标准版。",
};
