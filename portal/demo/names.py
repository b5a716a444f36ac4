"""
Names for invented people: common family names with given names chosen so that no well-known person comes of it.

Variants of characters (髙, 﨑, 𠮷, 邊 …) are among them as they are among real people.
"""

from random import Random
from typing import Final, NamedTuple


class Name(NamedTuple):
    """A name with its reading."""

    written: str
    kana: str


def _names(words: str) -> tuple[Name, ...]:
    return tuple(Name(*pair.split(":")) for pair in words.split())


FAMILIES: Final = _names(
    "佐藤:さとう 鈴木:すずき 高橋:たかはし 髙橋:たかはし 田中:たなか 渡辺:わたなべ 渡邊:わたなべ 渡邉:わたなべ "
    "伊藤:いとう 山本:やまもと 中村:なかむら 小林:こばやし 加藤:かとう 吉田:よしだ 𠮷田:よしだ 山田:やまだ "
    "山口:やまぐち 松本:まつもと 井上:いのうえ 木村:きむら 林:はやし 斎藤:さいとう 齋藤:さいとう 齊藤:さいとう "
    "清水:しみず 山崎:やまざき 山﨑:やまざき 森:もり 池田:いけだ 橋本:はしもと 阿部:あべ 石川:いしかわ "
    "山下:やました 中島:なかじま 石井:いしい 小川:おがわ 前田:まえだ 岡田:おかだ 長谷川:はせがわ 藤田:ふじた "
    "後藤:ごとう 近藤:こんどう 村上:むらかみ 遠藤:えんどう 青木:あおき 坂本:さかもと 福田:ふくだ 太田:おおた "
    "西村:にしむら 藤井:ふじい 金子:かねこ 岡本:おかもと 三浦:みうら 中野:なかの 中川:なかがわ 原田:はらだ "
    "松田:まつだ 竹内:たけうち 小野:おの 田村:たむら 中山:なかやま 和田:わだ 石田:いしだ 森田:もりた "
    "上田:うえだ 内田:うちだ 柴田:しばた 酒井:さかい 宮崎:みやざき 宮﨑:みやざき 横山:よこやま 高木:たかぎ "
    "髙木:たかぎ 安藤:あんどう 宮本:みやもと 大野:おおの 小島:こじま 谷口:たにぐち 今井:いまい 工藤:くどう "
    "増田:ますだ 丸山:まるやま 杉山:すぎやま 村田:むらた 大塚:おおつか 新井:あらい 小山:こやま 平野:ひらの "
    "河野:こうの 藤本:ふじもと 野口:のぐち 松井:まつい 岩崎:いわさき 菅原:すがわら 木下:きのした 久保:くぼ "
    "佐野:さの 野村:のむら 松尾:まつお 市川:いちかわ 菊地:きくち 杉本:すぎもと 古川:ふるかわ 大西:おおにし "
    "島田:しまだ 水野:みずの 桜井:さくらい 渋谷:しぶや 吉川:よしかわ 山内:やまうち 西田:にしだ 飯田:いいだ "
    "菊池:きくち 西川:にしかわ 小松:こまつ 北村:きたむら 安田:やすだ 五十嵐:いがらし 川口:かわぐち 平田:ひらた "
    "関:せき 中田:なかた 久保田:くぼた 服部:はっとり 岩田:いわた 土屋:つちや 福島:ふくしま 本田:ほんだ "
    "樋口:ひぐち 秋山:あきやま 永井:ながい 田口:たぐち 山中:やまなか 中西:なかにし 吉村:よしむら 石原:いしはら "
    "大橋:おおはし 松岡:まつおか 馬場:ばば 浜田:はまだ 森本:もりもと 矢野:やの 浅野:あさの 松下:まつした "
    "大久保:おおくぼ 吉岡:よしおか 野田:のだ 小池:こいけ 荒木:あらき 熊谷:くまがい 松浦:まつうら 内藤:ないとう "
    "黒田:くろだ 尾崎:おざき 永田:ながた 川村:かわむら 望月:もちづき 田辺:たなべ 田邊:たなべ 松村:まつむら "
    "早川:はやかわ 平井:ひらい 大島:おおしま 岩本:いわもと 片山:かたやま 堀内:ほりうち 本間:ほんま 𠮷岡:よしおか"
)
# Of women and of men, each first of the older ones.
OLDER_WOMEN: Final = _names(
    "多恵子:たえこ 登美江:とみえ 寿美枝:すみえ 喜代美:きよみ 八重子:やえこ 千鶴枝:ちづえ 奈津江:なつえ 真佐江:まさえ "
    "典代:のりよ 郁代:いくよ 留美江:るみえ 初実:はつみ 真知代:まちよ 梨枝子:りえこ 小夜:さよ 貴和子:きわこ "
    "那智子:なちこ 静穂:しずほ 伊都子:いつこ 晶代:あきよ 泰代:やすよ 睦実:むつみ 菊乃:きくの 香苗:かなえ "
    "薫子:かおるこ 沙耶子:さやこ 琴絵:ことえ 雪枝:ゆきえ 佐和:さわ"
)
YOUNGER_WOMEN: Final = _names(
    "知穂:ちほ 佳澄:かすみ 優里奈:ゆりな 穂乃実:ほのみ 夏帆里:かほり 柚葉:ゆずは 詩緒:しお 茉那:まな "
    "理央奈:りおな 芽依子:めいこ 風香:ふうか 亜希穂:あきほ 千紗都:ちさと 桃葉:ももは 菜々穂:ななほ 涼音:すずね "
    "七緒:ななお 未知花:みちか 明日実:あすみ 心音:ここね 千寿:ちず 志帆里:しほり 悠希乃:ゆきの 沙希穂:さきほ "
    "美弥乃:みやの 葉月:はづき 万葉:かずは 一乃:いちの 季里:きり 美穂乃:みほの 紗和子:さわこ 真衣乃:まいの "
    "千咲:ちさき 帆乃:ほの 美冬:みふゆ 詠美:えいみ 美羽乃:みうの 彩月:さつき 琴音:ことね 若葉:わかば"
)
OLDER_MEN: Final = _names(
    "義和:よしかず 敏和:としかず 文隆:ふみたか 守男:もりお 晴彦:はるひこ 克巳:かつみ 直隆:なおたか 昭典:あきのり "
    "邦彦:くにひこ 充宏:みつひろ 暁彦:あきひこ 友彦:ともひこ 典明:のりあき 光章:みつあき 郁生:いくお 義孝:よしたか"
)
YOUNGER_MEN: Final = _names(
    "稜平:りょうへい 泰士:たいし 朔也:さくや 湧斗:ゆうと 透真:とうま 宗佑:そうすけ 泰輔:たいすけ 怜央:れお "
    "陽一郎:よういちろう 圭一郎:けいいちろう 元紀:もとき 丈彦:たけひこ"
)
# Of other forms: parts joined by ・, Latin letters, one part only.
OTHERS: Final = (
    Name("グエン・ティ・ホアイ", "ぐえん・てぃ・ほあい"),
    Name("Rosalyn Dimaano", "ろざりん　でぃまあの"),
    Name("プトリ", "ぷとり"),
)
OLDER_THAN: Final = 1978
MEN_IN: Final = 0.08


class Names:
    """Gives names nobody else has yet; ``dice`` makes them the same every time."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.taken: set[str] = set()

    def for_somebody(self, birth_year: int) -> tuple[Name, str]:
        """A name that suits the year of birth, and ``female`` or ``male``."""
        is_man = self.dice.random() < MEN_IN
        older = birth_year < OLDER_THAN
        women, men = (OLDER_WOMEN, OLDER_MEN) if older else (YOUNGER_WOMEN, YOUNGER_MEN)
        given_names = men if is_man else women
        while True:
            family, given = self.dice.choice(FAMILIES), self.dice.choice(given_names)
            name = joined(family, given)
            if name.written not in self.taken:
                self.taken.add(name.written)
                return name, "male" if is_man else "female"


def joined(family: Name, given: Name) -> Name:
    """Family and given name with the space between."""
    return Name(f"{family.written}　{given.written}", f"{family.kana}　{given.kana}")
