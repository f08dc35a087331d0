"""人民调解 dispute types, in the order of the statistics form (domain.md 2.1)."""

from __future__ import annotations

from bot.legal.coded import Coded


class DisputeType(Coded):
    """What a mediation case is about; one main type a case."""

    MARRIAGE_FAMILY = ("marriage_family", "婚姻家庭纠纷")
    NEIGHBOUR = ("neighbour", "邻里纠纷")
    HOUSING_HOMESTEAD = ("housing_homestead", "房屋宅基地纠纷")
    CONTRACT = ("contract", "合同纠纷")
    PRODUCTION_OPERATION = ("production_operation", "生产经营纠纷")
    DAMAGES = ("damages", "损害赔偿纠纷")
    FOREST_LAND = ("forest_land", "山林土地纠纷")
    EXPROPRIATION = ("expropriation", "征地拆迁纠纷")
    ENVIRONMENT = ("environment", "环境污染纠纷")
    MIGRANT_WAGE = ("migrant_wage", "拖欠农民工工资纠纷")
    OTHER_LABOUR = ("other_labour", "其他劳动争议纠纷")
    TOURISM = ("tourism", "旅游纠纷")
    ECOMMERCE = ("ecommerce", "电子商务纠纷")
    OTHER_CONSUMER = ("other_consumer", "其他消费纠纷")
    MEDICAL = ("medical", "医疗纠纷")
    ROAD_TRAFFIC = ("road_traffic", "道路交通事故纠纷")
    PROPERTY_MGMT = ("property_mgmt", "物业纠纷")
    OTHER = ("other", "其他纠纷")
