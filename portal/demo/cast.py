"""The invented people of the demo. Their passwords are public; the demo never runs in production."""

from dataclasses import dataclass

from facilities.actors import Role

CITY_CODE, CITY_NAME = "129999", "青葉台市"
NEIGHBOUR_CODE, NEIGHBOUR_NAME = "129998", "緑野市"
PASSWORD = "hagukumi-demo-2026"  # noqa: S105  printed for everybody by `make run`
KINDERGARTEN, FIRST_NURSERY, SECOND_NURSERY = "1299900000160", "1299900000001", "1299900000002"
STRANGER = "1299900000007"


@dataclass(frozen=True)
class Person:
    """One account: its login id, name, role, and the facilities it acts for."""

    login_id: str
    name: str
    duty: Role
    words: str
    facilities: tuple[str, ...] = ()
    city: str = CITY_CODE


PEOPLE = (
    Person("oka", "山口 みどり", Role.FACILITY, "丘いちょう幼稚園 事務", (KINDERGARTEN,)),
    Person("ekimae", "川辺 あおい", Role.FACILITY, "駅前やまびこ保育園 事務", (FIRST_NURSERY,)),
    Person("nishidai", "野原 はるか", Role.FACILITY, "西台なのはな保育園 事務", (SECOND_NURSERY,)),
    Person(
        "aoba-honbu",
        "森野 しげる",
        Role.FACILITY,
        "学校法人あおば学園 本部（3施設）",
        (KINDERGARTEN, FIRST_NURSERY, SECOND_NURSERY),
    ),
    Person("tsukushi", "浜田 なぎさ", Role.FACILITY, "中央つくし保育園 事務（別の法人）", (STRANGER,)),
    Person("nyuen", "青木 ことり", Role.ENROLMENT, "こども施設入園課"),
    Person("tanto", "佐々木 ふみ", Role.OFFICER, "こども施設運営課 担当"),
    Person("tanto2", "石橋 わたる", Role.OFFICER, "こども施設運営課 担当（2人目）"),
    Person("kakaricho", "高峰 さとる", Role.CHIEF, "こども施設運営課 係長"),
    Person("kacho", "白川 まこと", Role.MANAGER, "こども施設運営課 課長"),
    Person("kanri", "赤坂 ひろし", Role.ADMINISTRATOR, "市の管理者"),
    Person("kanri2", "桃井 ゆかり", Role.ADMINISTRATOR, "市の管理者（2人目。アドレスを確認する人）"),
    Person("kansa", "黒田 ただし", Role.AUDITOR, "監査"),
    Person("midori-tanto", "緑川 すず", Role.OFFICER, "緑野市 運営課 担当", city=NEIGHBOUR_CODE),
    Person(
        "midori-en", "草野 つむぎ", Role.FACILITY, "緑野市 こもれび保育園", ("1299800000001",), NEIGHBOUR_CODE
    ),
)


def address_of(login_id: str) -> str:
    """Where the demo's mail goes; it lands under var/mail and leaves the machine never."""
    return f"{login_id}@demo.hagukumi.example"
