"""A training set small enough to learn from in a second, and fixed: unit tests rest on it, not on data/."""

# ruff: noqa: E501 (sentences, two columns a character)

from bot.understanding import Example

CARD_TOPICS = {"unpaid_wages": "labour", "resignation": "labour", "divorce_litigation": "marriage_family", "domestic_violence": "marriage_family",
               "rental_deposit": "tenancy"}

_SENTENCES: dict[tuple[str, str | None, str | None, str | None], str] = {
    ("ask_law", "labour", "unpaid_wages", None): """老板拖欠工资三个月不给
干完活不发工钱咋办|工地上欠我两万块钱工资|厂里押了我一个月工资不给结|包工头跑了工资找谁要|公司说没钱就是不发工资|欠薪去哪里告|俺在工地干了半年一分钱没见着
讨薪有啥办法|工资被拖欠了能找劳动局吗|过年了老板还不给结工钱|饭店倒闭了工资没发|工资条签了字钱没到账""",
    ("ask_law", "labour", "resignation", None): """辞职要提前多少天说|提了离职公司不批怎么办|试用期想走人要不要等一个月|我交了辞职信老板不签字|离职证明不给开
不想干了怎么走才合法|自己辞职有补偿吗|没签合同能直接走吗|辞职报告交给谁算数|公司不让辞职|裸辞要赔钱吗|离职手续一直不给办""",
    ("ask_law", "labour", None, None): """加班费怎么算|产假能休几天|公司不给交社保|合同到期不续签有没有补偿|年假没休能换钱吗|女职工怀孕被调岗|上夜班有补贴吗|单位让我签空白合同""",
    ("ask_law", "marriage_family", "divorce_litigation", None): """我想离婚他不同意怎么办|起诉离婚要多久|老婆跑了三年能离婚吗|离婚去哪个法院|第一次起诉离婚没判离
分居两年算自动离婚吗|离婚官司要请律师吗|男的不签字怎么离|起诉离婚要带什么材料|过不下去了想上法院离婚|丈夫坐牢了怎么离婚|离婚开庭他不来""",
    ("ask_law", "marriage_family", "domestic_violence", None): """家暴怎么取证|人身安全保护令怎么申请|老公家暴我要留什么证据|家暴离婚能多分财产吗|保护令要交钱吗|家暴报警有用吗
告诫书是什么|家暴的出警记录怎么调|被家暴了法院管不管|家暴算犯罪吗|保护令有效期多久|家暴验伤去哪里""",
    ("ask_law", "marriage_family", None, None): """彩礼能退吗|孩子归谁抚养|抚养费给多少|结婚证丢了|婚前买的房子算谁的|改孩子姓名要前夫同意吗|同居分手财产怎么分|恋爱花的钱能要回来吗""",
    ("ask_law", "tenancy", "rental_deposit", None): """房东不退押金|租房到期押金不给退|房东说墙脏了扣押金|押金一千五只退五百|提前退租押金能要回来吗|押金条丢了还能退吗
中介扣着押金不给|租的房子押金拖了两个月|房东找借口不退我押金|换房东了押金找谁退|押金合同没写退不退|退房的时候房东说冰箱坏了要扣押金""",
    ("ask_law", "tenancy", None, None): """房东要涨房租|租房合同没到期房东赶我走|租的房子漏水谁修|二房东跑路了|能不能把房子转租给别人|房东随便进我屋|租房要不要备案|商铺转让费有没有道理""",
    ("greet", None, None, None): "你好|您好|在吗|早上好|hello|嗨|有人吗|你好啊|下午好|哈喽",
    ("thank", None, None, None): "谢谢|多谢了|太感谢了|谢谢你啊|辛苦了谢谢|感谢帮忙|谢了|非常感谢|谢谢解答|好的谢谢",
    ("check_case", None, None, None): """我的案子到哪一步了|查一下进度|帮我看看GX2026-00003办得咋样|上周报的事有人管没|申请受理了吗|调解排上没有|我那个编号查一下|进度查询|多久能有结果啊我报的事|看看我的申请""",
    ("ask_address", None, None, None): "你们在哪办公|地址发我一下|服务点在几楼|怎么过去找你们|坐几路车能到|司法所在哪条路|办公地点在哪里|去哪里找你们|工作站在什么位置|你们单位地址",
    ("out_of_scope", None, None, None): """今天天气怎么样|讲个笑话|有什么好看的电影|晚上吃什么|离婚律师那个电视剧好看吗|帮我写一首诗|世界杯谁赢了|苹果手机多少钱
股票涨了没|唱首歌|劳动最光荣是谁写的歌|双色球开奖号码|推荐个饭店|这首租房的歌叫什么""",
    ("emergency", "criminal", None, "violence_now"): "救命他正在打我|有人拿刀追我|他们在砸我家门快来人|门外一群人踹门|他拿着棍子要打人了|被人堵在屋里打|有人在砍人快报警|他掐着我脖子",
    ("emergency", "other", None, "suicide"): "我不想活了|活着没意思想死|我写好遗书了|我站在楼顶上|活不下去了|死了算了|吃了一瓶安眠药|想一死了之",
    ("emergency", "other", None, "fire_gas"): "家里着火了|闻到好大煤气味|楼道冒黑烟|燃气泄漏了怎么办快|隔壁起火了|厨房烧起来了|电动车冒烟着了|煤气罐漏气嘶嘶响",
}

EXAMPLES = [Example(text.strip(), intent, topic, card, emergency) for (intent, topic, card, emergency), texts in _SENTENCES.items()
            for text in texts.replace("\n", "|").split("|") if text.strip()]
