"""
Old forms and variants of characters in names (旧字体・異体字), for finding one person under two spellings.

A row is one character written in several ways, the first as it is folded. For comparing only: 斉藤 and 齋藤 are two
names, and each is kept and printed as its bearer writes it. After the 旧字体 of the 常用漢字表 and 人名用漢字, and what
residents' registers commonly fold (髙 﨑 邉 濵 冨 嶋 …). Variants by selector (IVS) need no row, nor do compatibility
ideographs: NFKC folds those.
"""

ROWS = """
亜亞 悪惡 圧壓 為爲 囲圍 医醫 壱壹 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應 桜櫻 欧歐
奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 懐懷 拡擴 覚覺 学學 岳嶽 楽樂 勧勸 関關 観觀
歓歡 寛寬 館舘 巻卷 陥陷 気氣 帰歸 亀龜 偽僞 戯戲 旧舊 挙擧 峡峽 挟挾 狭狹 郷鄕鄉 暁曉 区區
駆驅 勲勳 薫薰 径徑 恵惠 渓溪 経經 蛍螢 継繼 鶏鷄 芸藝 県縣 研硏 倹儉 剣劍劔剱 険險 圏圈
検檢 献獻 権權 顕顯 験驗 厳嚴 巌巖 恒恆 広廣 効效 黄黃 鉱鑛 号號 黒黑 済濟 砕碎 斉齊斎齋
崎﨑嵜碕 桟棧 蚕蠶 参參 惨慘 賛贊 残殘 糸絲 歯齒 児兒 辞辭 実實 写寫 釈釋 寿壽 収收 従從
渋澁澀 獣獸 縦縱 叙敍敘 緒緖 将將 奨奬 焼燒 証證 条條 状狀 乗乘 浄淨 剰剩 畳疊 縄繩 壌壤
嬢孃 譲讓 醸釀 穣穰 触觸 嘱囑 真眞 慎愼 晋晉 尽盡 図圖 粋粹 酔醉 穂穗 枢樞 随隨 髄髓 数數
瀬瀨 声聲 静靜 摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 荘莊 捜搜 挿揷 巣巢
曽曾 装裝 総總 聡聰 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧
択擇 沢澤 単單 担擔 団團 弾彈 断斷 痴癡 遅遲 昼晝 虫蟲 鋳鑄 庁廳 徴徵 聴聽 鎮鎭 遥遙 逓遞
鉄鐵鉃 点點 転轉 伝傳 灯燈 当當 党黨 盗盜 稲稻 闘鬪 独獨 読讀 徳德 届屆 弐貳 悩惱 脳腦 覇霸
拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 晩晚 浜濱濵 秘祕 姫姬 富冨 瓶甁 払拂 仏佛 併倂 並竝
辺邊邉 弁辨瓣辯 変變 宝寶寳 豊豐 没沒 翻飜 毎每 万萬 満滿 弥彌 黙默 訳譯 薬藥 与與 予豫 余餘
誉譽 揺搖 様樣 謡謠 頼賴 来來 乱亂 覧覽 瑶瑤 竜龍 両兩 猟獵 緑綠 隣鄰 涙淚 塁壘 礼禮 励勵
戻戾 霊靈 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞 郎郞 楼樓 録錄 湾灣 禄祿 祢禰 凛凜 尭堯 槙槇
猪豬 萌萠 萊莱 桧檜 薮藪 籠篭 頬頰 鴎鷗 高髙 吉𠮷 土圡𡈽 島嶋嶌 峰峯 渕淵渊 栃杤 柳栁 桑桒
松枩柗 村邨 桝枡 船舩 野埜 鶴靏靍 晃晄 昇曻 昂昻 彦彥 呉吳 戸戶 秋龝穐 清淸 青靑 園薗 裏裡
諌諫 翠翆 喜㐂 寧寍 強强 兎兔 虎乕 留畄 略畧 多夛 本夲 奈柰 頴穎 叡睿 壷壺 曳曵 隠隱 雑雜
陰隂 鯵鰺 鷹鹰 歳歲 歩步 渉涉 妍姸 啓啟 軽輕 国國囯圀
"""
