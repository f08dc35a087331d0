"""Topics of consultation and the intents of a message (taxonomy.yml)."""

from __future__ import annotations

from bot.legal.coded import Coded
from bot.legal.disputes import DisputeType


class Topic(Coded):
    """What a question is about; every knowledge card belongs to one."""

    MARRIAGE_FAMILY = ("marriage_family", "婚姻家庭")
    INHERITANCE = ("inheritance", "继承")
    ELDER_GUARDIANSHIP = ("elder_guardianship", "赡养与监护")
    NEIGHBOUR = ("neighbour", "邻里相邻")
    PROPERTY_MANAGEMENT = ("property_management", "物业管理")
    TENANCY = ("tenancy", "房屋租赁")
    HOUSING = ("housing", "房产买卖产权")
    RURAL_LAND = ("rural_land", "土地承包宅基地村务")
    EXPROPRIATION = ("expropriation", "征地拆迁")
    DEBT = ("debt", "借贷债务担保")
    CONTRACT = ("contract", "合同")
    COMPANY = ("company", "公司合伙")
    CONSTRUCTION = ("construction", "建设工程")
    LABOUR = ("labour", "劳动用工")
    WORK_INJURY = ("work_injury", "工伤")
    SOCIAL_SECURITY = ("social_security", "社保与社会救助")
    TRAFFIC = ("traffic", "交通事故")
    TRAFFIC_VIOLATION = ("traffic_violation", "交通违法酒驾")
    INJURY = ("injury", "人身损害侵权")
    MEDICAL = ("medical", "医疗纠纷")
    CONSUMER = ("consumer", "消费维权")
    FRAUD = ("fraud", "诈骗被骗")
    PERSONALITY = ("personality", "人格权名誉隐私")
    INTELLECTUAL_PROPERTY = ("intellectual_property", "知识产权")
    INSURANCE = ("insurance", "保险")
    ENVIRONMENT = ("environment", "环境污染与噪声")
    CRIMINAL = ("criminal", "刑事治安")
    ADMINISTRATIVE = ("administrative", "行政执法与复议诉讼")
    PROCEDURE = ("procedure", "诉讼仲裁执行程序")
    NOTARY = ("notary", "公证鉴定")
    LEGAL_AID = ("legal_aid", "法律援助")
    MEDIATION = ("mediation", "人民调解程序")
    ENTERPRISE = ("enterprise", "企业服务")
    OTHER = ("other", "其他")

    @property
    def default_dispute_type(self) -> DisputeType:
        """The dispute type a case of this topic gets until a person corrects it."""
        return DisputeType.from_code(_DISPUTE_TYPE[self.code])


_DISPUTE_TYPE = {
    "marriage_family": "marriage_family",
    "inheritance": "marriage_family",
    "elder_guardianship": "marriage_family",
    "neighbour": "neighbour",
    "property_management": "property_mgmt",
    "tenancy": "contract",
    "housing": "contract",
    "rural_land": "forest_land",
    "expropriation": "expropriation",
    "debt": "contract",
    "contract": "contract",
    "company": "production_operation",
    "construction": "production_operation",
    "labour": "other_labour",
    "work_injury": "other_labour",
    "social_security": "other",
    "traffic": "road_traffic",
    "traffic_violation": "other",
    "injury": "damages",
    "medical": "medical",
    "consumer": "other_consumer",
    "fraud": "other",
    "personality": "damages",
    "intellectual_property": "other",
    "insurance": "contract",
    "environment": "environment",
    "criminal": "other",
    "administrative": "other",
    "procedure": "other",
    "notary": "other",
    "legal_aid": "other",
    "mediation": "other",
    "enterprise": "production_operation",
    "other": "other",
}


class Intent(Coded):
    """What a resident wants with one message."""

    ASK_LAW = ("ask_law", "问法律问题")
    REQUEST_ADVISOR = ("request_advisor", "找社区法律顾问")
    REQUEST_MEDIATION = ("request_mediation", "申请人民调解")
    REQUEST_LEGAL_AID = ("request_legal_aid", "申请法律援助")
    RAISE_ENTERPRISE_ISSUE = ("raise_enterprise_issue", "反映企业问题")
    CHECK_CASE = ("check_case", "查进度")
    SUPPLEMENT_CASE = ("supplement_case", "补充材料或情况")
    WITHDRAW_CASE = ("withdraw_case", "撤回申请")
    RATE_SERVICE = ("rate_service", "评价")
    ASK_HUMAN = ("ask_human", "转人工")
    ASK_ADDRESS = ("ask_address", "问地址")
    ASK_HOURS = ("ask_hours", "问时间")
    ASK_PHONE = ("ask_phone", "问电话")
    ASK_MENU = ("ask_menu", "能办什么(点单)")
    COMPLAIN = ("complain", "投诉")
    MANAGE_MY_DATA = ("manage_my_data", "查看或删除我的信息")
    EMERGENCY = ("emergency", "紧急或危险")
    GREET = ("greet", "问候")
    THANK = ("thank", "感谢")
    GOODBYE = ("goodbye", "告别")
    AFFIRM = ("affirm", "肯定")
    DENY = ("deny", "否定")
    BOT_CHALLENGE = ("bot_challenge", "是不是机器人")
    OUT_OF_SCOPE = ("out_of_scope", "与法律服务无关")
