"""How what is no part of a story begins, and what it holds, by language; :mod:`.boilerplate` reads it.

Each is a regular expression without capturing groups, matched without regard to case.
"""

from __future__ import annotations

BEGINS: dict[str, str] = {
    "en": (
        r"(?:please )?(?:click|tap|swipe|press) (?:here|on|below|the|this|to|through|for)\b|(?:click|tap)\W*$|"
        r"(?:to )?(?:read|see|learn|find out|know|watch|view|discover|show|load|get)(?: also)? (?:more|the full|full|"
        r"the rest|the whole|the original|the entire|next|it here|this next|all the)\b|read (?:also|on|next|here)\b|"
        r"(?:continue|keep) reading|don[’']?t miss(?: out)?\b(?!\w)|do not miss (?:out|our|this|the)|"
        r"(?:you (?:may|might|can|could) also|also (?:on|read|see|watch)|see also|more:|must[- ]read\b|trending\b|"
        r"related\b\s?(?::|stor|art|post|read|cover)|recommended\b\s?(?::|stor|for you|read)|most (?:read|popular)|"
        r"more (?:on|from|about|stories|news|info)\b|(?:further|recommended|suggested) reading\b|sources?\W*$)|"
        r"(?:subscribe|sign up|sign in|log ?in|register (?:here|now|today|for|to|with)|join (?:us|our|now|the "
        r"conversation)|follow us|follow (?:along )?(?:on )?@|like us|find us|download (?:our|the) (?:free )?(?:app|"
        r"newsletter)|stay (?:up to date|up-to-date|tuned|informed|connected|in the loop)|get (?:our|the latest|"
        r"breaking|alerts|unlimited|access|notified|in touch|your (?:copy|tickets|free))|enter your e-?mail|never miss|"
        r"already (?:a subscriber|have an account)|not a (?:subscriber|member)|become a (?:member|subscriber|"
        r"patron))\b|"
        r"(?:share|tweet|pin|e-?mail|print|save|comments?|facebook|twitter|whatsapp|linkedin|reddit|telegram|pinterest|"
        r"copy link|share this|share on|share via)\b(?:[\s|,/&·•]|this|on|via|link|article|story|facebook|twitter|x|it|"
        r"with|friends|your|whatsapp|linkedin|reddit|telegram|pinterest|e-?mail|print|pin|copy|save|comments?|tweet|"
        r"share|story|\(opens in new window\)|\d)*+[\W_]*$|"
        r"advertisements?\W*$|sponsored (?:content|by|post)\b|promoted (?:content|stories)\b|(?:paid|partner) "
        r"content\b|"
        r"this (?:ad|advertisement|video|content) (?:has|is|will|can)\b|(?:story|article) continues|"
        r"skip (?:to|ad|past)|scroll (?:down|to)|loading\b\W*$|close\W*$|(?:toggle|hide|close|caption)[ -]?(?:caption|"
        r"close)|enlarge this|image \d+ of|(?:listen|watch) (?:here|now|below|live|to (?:this|the) (?:story|article|"
        r"episode|podcast))\b|listen\W*$|"
        r"(?:photo|photos|photograph|photography|picture|pictures|image|images|video|videos|illustration|graphic|"
        r"credit|credits|photo credit|image credit|image source|featured image|cover image|file photo|source|sources|"
        r"via|caption|text|words|tags?|filed under|categories|category|topics?|keywords?|published|updated|"
        r"last updated|posted|first published|reporting|writing|editing|additional reporting|edited|written|reported|"
        r"compiled|translated|photographed|author|reporter|editor|contact|e-?mail|phone|media contact|press contact|"
        r"listen|watch|socials|show notes|hosts?|guests?)"
        r"(?: (?:by|on|at|in|from|with|via|courtesy|credit|under|here))? ?[:/|©]|"
        r"(?:photo|image|picture|video|illustration|graphic)s? (?:by|courtesy|credit|via)\b|(?:file|stock|handout|"
        r"undated|screen ?grab) (?:photo|image|picture|handout)\b.{0,60}$|(?:reporting|additional reporting|editing|"
        r"writing|edited|written|reported|compiled|reporting and writing|posted|published|by) by\b|"
        r"(?:©|\(c\)|copyright\b)|all rights reserved|terms (?:of (?:use|service)|and conditions apply)\b|"
        r"(?:read (?:our|the) )?privacy policy|cookie (?:policy|settings|preferences)|we use cookies|"
        r"this (?:site|website|page) uses|by (?:clicking|continuing|signing up|subscribing|using|submitting) "
        r"|accept (?:all )?cookies|"
        r"(?:the )?post .{1,200} (?:appeared|was published) first on\b|this (?:article|story|post|content|report|essay|"
        r"piece|column|interview|transcript|review|newsletter|episode) (?:was|is|has been|first|originally|appeared|"
        r"contains)\b.{0,60}(?:published|appeared|generated|produced|republished|syndicated|updated|translated|part of|"
        r"adapted|edited|brought to you|sponsored|supported|made possible|affiliate|crossposted|cross-posted)|"
        r"(?:view|see|read|leave|post|add|write|show|hide)\s(?:all |a |the |\d+ )?(?:comments?|gallery|photos|"
        r"slideshow|full (?:story|article))|"
        r"(?:article url|comments url|points: \d|# comments|submitted by|\[link\]|\[comments\])|"
        r"(?:note: )?this (?:post|article|story|piece) is (?:part|the \w+ part|an? \w+ part) of (?:a|our|my|the)\b|"
        r"about the (?:author|writer|reporter)|(?:thanks|thank you)(?: so much| very much)? for (?:reading|watching|"
        r"listening|subscribing|your (?:support|time|attention))|thank you\W*$|(?:chapter|track|episode|part|step) "
        r"\d+ ?[:–—-].{0,120}[^.!?]$|timestamps?\b|(?:share|send) (?:your|this)\b.{0,80}(?:with|below|to)\b|"
        r"(?:if|should) you(?:[’']d| would| have| like| enjoy| found|[’']re| are| want| think| need| prefer)\b.{0,120}"
        r"\b(?:e-?mail|contact|let me know|let us know|get in touch|reach out|subscri|follow|comment|share|newsletter|"
        r"sign up|hit me up|drop (?:me|us)|write to|twitter|mastodon|donat|support|become|watch this|youtube)|"
        r"if you (?:haven[’']t|have not|missed|didn[’']t) (?:already )?(?:read|seen|caught|watched|the (?:last|"
        r"previous|first))\b|"
        r"(?:feel free to|please (?:consider|share|like|subscribe|follow|support|leave|let|send|check|donate|"
        r"enable))\b|"
        r"(?:have (?:a|any|something) (?:tip|question|comment|thought|feedback|stor)|got a (?:tip|story|question)|"
        r"questions\?|what do you think\?|let (?:me|us) know|tell us|enjoyed (?:the|this))|"
        r"(?:editor[’']?s?|author[’']?s?|publisher[’']?s?)[’']? note\b|disclaimer\b|disclosure\b|correction policy|"
        r"note to (?:readers|editors)|for (?:more|further) (?:information|details|news|stories|on this)\b.{0,90}"
        r"(?:visit|contact|click|see|go to|call|e-?mail|follow|https?:|www)"
    ),
    "de": (
        r"(?:hier (?:klicken|geht|lesen)|klicken sie|jetzt (?:lesen|abonnieren|anmelden|registrieren|testen|kaufen)|"
        r"weiterlesen|(?:hier )?mehr (?:lesen|dazu|zum thema|erfahren|aus)|lesen sie|auch interessant|das könnte "
        r"(?:sie|"
        r"dich)|abonnieren|melden sie sich|newsletter|verpassen sie|alle rechte vorbehalten|wir verwenden cookies|"
        r"folgen sie uns|zum thema|teilen sie|kommentare? (?:schreiben|lesen)|zur startseite)\b.{0,120}$|"
        r"(?:anzeige|teilen|foto|bild|quelle|autor|video|text|von|redaktion|stand|lesezeit|mit material)(?: ?[:/|"
        r"©]|\W*$)|"
        r"der beitrag .{1,200} erschien zuerst|dieser (?:artikel|beitrag|text) (?:ist|erschien|wurde|stammt)\b.{0,80}"
        r"(?:erschienen|zuerst|veröffentlicht|übersetzt|aktualisiert|aus)|mit (?:material|informationen) (?:von|"
        r"der) dpa"
    ),
    "fr": (
        r"(?:cliquez|lire (?:aussi|la suite|plus|également|l[’']article)|à lire|en savoir plus|voir (?:aussi|plus)|"
        r"abonnez[- ]vous|inscrivez[- ]vous|suivez[- ]nous|rejoignez[- ]nous|téléchargez|partager|partagez|ne manquez "
        r"pas|ne ratez pas|publicité\W*$|crédit (?:photo)?|photos? ?[:©]|source ?:|tous droits réservés|nous utilisons "
        r"des cookies|recevez (?:notre|nos|chaque)|découvrez (?:aussi|notre newsletter)|(?:il vous reste|temps de "
        r"lecture)|écoutez (?:notre|le podcast)|avec (?:afp|reuters)\W*$|"
        r"l[’']article .{1,200} est apparu en premier|cet article est (?:apparu|réservé|initialement))"
    ),
    "es": (
        r"(?:ha(?:ga|z) clic|pulse aquí|leer más|le(?:e|a) (?:también|más|aquí)|seguir leyendo|ver más|(?:te|le) puede "
        r"interesar|también (?:te puede|puede|le puede)|suscr[ií]b[ae]|suscribirse|regístr[ae]|síg(?:a|ue)nos|"
        r"sig[au]e? leyendo|comparte|compartir|no te (?:lo )?pierdas|no se (?:lo )?pierda|publicidad\W*$|más "
        r"información (?:en|aquí|sobre)|fotos? ?[:/]|imagen ?:|fuente ?:|crédito|todos los derechos reservados|"
        r"(?:utilizamos|usamos) cookies|únete a|recibe (?:nuestr|las|cada|en tu)|descarga (?:nuestra|la) app|"
        r"con información de\b|la entrada .{1,200} se publicó primero|este artículo (?:fue|se) )"
    ),
    "pt": (
        r"(?:clique aqui|leia (?:mais|também|a íntegra)|saiba mais|veja (?:também|mais)|confira (?:também|mais)|"
        r"assine|inscreva-se|compartilhe|siga(?:-nos| o| a nossa)?\b.{0,40}(?:instagram|whatsapp|twitter|facebook|"
        r"canal|"
        r"google)|participe do (?:canal|grupo)|receba (?:as|nossa|no seu)|baixe (?:o|nosso) app|continua após|"
        r"publicidade\W*$|fotos? ?[:/]|fonte ?:|créditos?\b|crédito ?:|todos os direitos reservados|usamos cookies|"
        r"o post .{1,200} apareceu primeiro|com informações d[aoe])"
    ),
    "it": (
        r"(?:clicca qui|leggi (?:anche|tutto|di più)|continua a leggere|iscriviti|abbonati|seguici|condividi\b|"
        r"foto ?:|fonte ?:|riproduzione riservata|scopri di più|l[’']articolo .{1,200} proviene da)"
    ),
    "nl": r"(?:lees (?:ook|meer|verder)|klik hier|meld je aan|abonneer|volg ons|foto ?:|bron ?:|deel dit)\b",
    "pl": r"(?:czytaj (?:także|też|więcej)|zobacz (?:także|też)|kliknij|zapisz się|fot\. |źródło ?:|udostępnij)",
    "tr": r"(?:devamını oku|ayrıca (?:oku|bak)|tıklayın|abone ol|bizi takip|kaynak ?:|haberin devamı)",
    "ru": (
        r"(?:нажмите|кликните|жмите|читай(?:те)? (?:также|подробнее|далее|больше|ещ[её]|нас)|читать (?:далее|дальше|"
        r"также|полностью|подробнее)|подробнее(?: (?:в|на|читайте|по ссылке)\b.{0,30})?\W*$|подробнее ?:|узнать "
        r"больше|смотрите (?:также|видео|фото)|по теме\b|материалы по теме|подпи(?:шитесь|сывайтесь|сыв|сать)|следите "
        r"за (?:нами|нашими|новостями|обновлениями|событиями)|поделиться|поделитесь|не пропустите|реклама\b.{0,20}$|"
        r"фото ?:|видео ?:|источник ?:|автор ?:|текст ?:|все права защищены|мы используем (?:файлы )?cookie|сайт "
        r"использует|комментарии\W*$|зарегистрируйтесь|регистрируйтесь|войти\W*$|присоединяйтесь|оставить комментарий|"
        r"сообщение .{1,200} появил[оаи]сь? сначала на|запись .{1,200} (?:впервые )?появилась|"
        r"читайте\b.{0,60}(?:telegram|телеграм|дзен|max|канал))|"
        r"(?:натисніть|читайте (?:також|нас)|підпи(?:шіться|суйтесь)|дивіться також)"
    ),
    "zh": (
        r"点击(?:这里|此处|查看|阅读|进入|下载|关注|上方|下方|蓝字)|點擊(?:這裡|此處|看|閱讀|查看|下載|進入)|"
        r"阅读(?:原文|全文|更多)|閱讀(?:更多|全文)|查看(?:更多|原文|全文|详情)|"
        r"了解更多|更多(?:内容|精彩|资讯|新闻|阅读|详情|報導|新聞)|延伸[阅閱][读讀]|相关(?:阅读|新闻|报道|推荐|"
        r"链接)|相關(?:新聞|報導)|推荐阅读|看更多|"
        r"扫(?:码|描(?:下方)?二维码)|长按(?:识别|二维码|图片)|关注(?:我们|公众号|微信|微博|本报)|欢迎(?:关注|订阅|"
        r"转发|分享|扫码|下载)|分享(?:到|至)(?:微信|微博|朋友圈|脸书)|"
        r"(?:不要|千万别|请勿)错过|别错过|责任?编[辑輯]|编[辑輯][:：/]|作者[:：/]|来源[:：/]|來源[:：/]|文章来源|"
        r"(?:图片|圖片)(?:来源|來源|说明)|图源|图[:：/]|圖[:：/]|"
        r"校对[:：/]|审核[:：/]|监制[:：/]|记者[:：/]|摄影[:：/]|文[:：/]|版权(?:所有|声明|归)|未经(?:授权|许可)|"
        r"免责声明|本文(?:来源|来自|转自|首发|系)|原标题[:：]|"
        r"本网站使用|(?:登录|注册|订阅|广告|转发|收藏|点赞|评论|下载APP|打开APP|分享|更多|首页)[^。，]{0,8}$|"
        r"(?:举报|返回搜狐|特别声明|风险提示)|"
        r"（?(?:完|本报记者[^，。]{2,12}|新华社发[^，。]{0,20}|[^，。]{2,6} ?摄)）?$"
    ),
    "ja": (
        r"続きを読む|続きは|もっと見る|関連(?:記事|ニュース)|詳しくは(?:こちら)?|こちらをクリック|シェア|フォロー|"
        r"(?:写真|画像|出典|提供|執筆|撮影)[:：=＝]|無断転載|"
        r"メールマガジン|会員登録|ログイン|この記事は.{0,30}(?:会員|有料)"
    ),
    "ko": r"더 보기|구독(?:하기|$)|무단 ?전재|관련 ?기사|클릭|기자 ?=|저작권자|ⓒ|사진 ?[=:]|\S{2,4} 기자 \S+@",
    "ar": (
        r"(?:و?(?:اقرأ|إقرأ|اقرئي|شاهد|طالع) ?(?:أيضا|أيضًا|أيضاً|المزيد|التالي|كذلك)|(?:للمزيد|لقراءة المزيد|"
        r"المزيد من)|"
        r"[ا]?(?:نقر|ضغط|ضغطوا|نقروا) هنا|[اأ]?شترك(?:وا)? (?:في|الآن|معنا)|تابع(?:ونا|نا|وا)\b|شارك(?:ها|ه|وا)? "
        r"(?:على|هذا|مع|"
        r"المقال|الخبر)|المصدر ?:|(?:صورة|الصورة|تصوير|كتب|كتبت|تحرير|إعداد|بقلم) ?[:/]|جميع الحقوق محفوظة|لا تفوت|"
        r"نستخدم ملفات|سجل الآن|حمل التطبيق|إعلان\W*$|مواضيع ذات صلة|أخبار ذات صلة)"
    ),
    "hi": (
        r"(?:ये भी पढ़ें|यह भी पढ़ें|यह भी देखें|ये भी देखें|और पढ़ें|आगे पढ़ें|पूरी खबर|विस्तार से पढ़ें|यहां "
        r"क्लिक|यहाँ क्लिक|क्लिक करें|सब्सक्राइब|हमें फॉलो|"
        r"फॉलो करें|शेयर करें|हमारे (?:व्हाट्सएप|चैनल|ऐप|न्यूजलेटर)|डाउनलोड करें|फोटो ?:|स्रोत ?:|तस्वीर ?:|"
        r"विज्ञापन\W*$|इसे भी पढ़ें|"
        r"ताज़ा खबरों|ताजा खबरों|देश[- ]दुनिया की|(?:सभी|हर) (?:ताज़ा|ताजा|बड़ी) खबर)"
    ),
}
"""What begins a short sentence that is an appeal, a label or a credit."""

HOLDS: dict[str, str] = {
    "en": (
        r"\((?:image|photo|picture|video|credit)s? ?(?:credit|by|courtesy|via|:)|"
        r"/ ?(?:getty(?: images)?|shutterstock|ap photo|afp|epa)\)?\W*$|"
        r"(?:appeared first|first appeared) on|all rights reserved|(?:subscribe|sign(?:ing)? up) (?:to|for) (?:our|"
        r"the|my|his|her|their|"
        r"your|a|free|\S+[’']s)\b.{0,60}(?:newsletters?|briefing|e-?mails?|channel|podcast|alerts|updates)|"
        r"\b(?:our|my) (?:free |daily |weekly |monthly |e-?mail )*(?:newsletter|mailing list|patreon|ko-fi|telegram "
        r"channel|whatsapp channel|youtube channel|rss feed)|"
        r"follow (?:us|him|her|me|them|along) on (?:twitter|facebook|instagram|x|google|telegram|tiktok|youtube|"
        r"threads|"
        r"bluesky|mastodon|linkedin)|give (?:us|me) a follow|"
        r"(?:our|this site[’']s|read the|terms and|view the|and) privacy policy|terms of (?:service|use) and privacy|"
        r"(?:\bwe|website|\bsite|page|you) (?:\w+ ){0,3}(?:uses?|using|accept) (?:\w+ )?cookies|our use of cookies|"
        r"affiliate (?:links?|commission)|may earn (?:a|an) (?:small )?(?:affiliate )?commission|why not subscribe\b|"
        r"wherever you get your podcasts|welcome (?:back )?to .{1,60}\bnewsletter|(?:click|tap) here\b|"
        r"read the (?:full|whole|original|rest of the) (?:story|article|post|report) (?:here|at|on)|"
        r"(?:article|story|post|piece|column|review|interview) (?:was|is|were)? ?(?:first|originally) (?:published|"
        r"posted|appeared|written) (?:on|at|in|by|for)\b|enable javascript|javascript is disabled|your browser "
        r"(?:does not|is not|doesn[’']?t)|"
        r"opens in (?:a )?new (?:window|tab)|pic\.twitter\.com|https?://t\.co/|a post shared by|download the .{1,40} "
        r"app\b|\bmay not be (?:published, broadcast|reproduced)|(?:our|this) (?:website|site) (?:requires|needs|uses)|"
        r"support (?:our|independent) journalism|"
        r"\b(?:leave|post|drop|write|add) (?:me |us )?(?:a|your|any) (?:comment|review|rating)s?\b|\bin the comments "
        r"(?:section|below)|\bcomments? (?:below|section)\b|(?:like|share) (?:and (?:like|share|subscribe) "
        r")?(?:this|the) "
        r"(?:article|post|video|story)\b|\btake (?:our|this) (?:quick |short )?survey|publishing these editions|"
        r"\b(?:follow|find|reach|contact|e-?mail|connect with|message|tweet|dm|ping) (?:me|us)\b.{0,60}(?:@|twitter|"
        r"facebook|instagram|\bon x\b|mastodon|bluesky|linkedin|tiktok|youtube|threads|e-?mail|https?:|www\.|"
        r"\.com|here)|"
        r"\b(?:find|listen to|watch|check out|buy|order|hear|get|join|visit|support) (?:us|our|"
        r"my)\b.{0,70}\b(?:spotify|"
        r"apple podcasts|youtube|patreon|ko-fi|website|web ?site|playlist|newsletter|podcast|shop|store|book|amazon|"
        r"course|discord|slack|substack)|"
        r"\bif you (?:prefer to|want to|would like to|[’']d like to) (?:watch|listen|read|see|hear) (?:to "
        r")?(?:this|the) "
        r"(?:episode|video|podcast|slides|show)"
    ),
    "ru": (
        r"наш(?:ем|его|ем)? (?:телеграм|telegram)|в telegram-канале\W*$|(?:наш|нашем|нашего) (?:телеграм|telegram|"
        r"канал)|"
        r"подписывайтесь на|при копировании материалов|ссылка на (?:источник|сайт) обязательна"
    ),
    "de": (
        r"newsletter (?:abonnieren|anmelden|bestellen)|zum newsletter|abonnieren sie|datenschutzerklärung|verwendet "
        r"cookies|folgen sie uns|unseren? (?:kostenlosen )?(?:newsletter|podcast|whatsapp|telegram)"
    ),
    "fr": r"notre (?:newsletter|infolettre|chaîne|podcast|application)|politique de confidentialité|suivez[- ]nous",
    "es": r"nuestr[ao] (?:bolet[ií]n|newsletter|canal|podcast|app)|política de (?:cookies|privacidad)|síguenos en",
    "pt": r"noss[ao] (?:newsletter|canal|grupo d[oe]|boletim|podcast|app)|política de privacidade|siga-nos",
    "zh": (
        r"微信公众号|公众号(?:后台|回复)|扫描二维码|扫码(?:关注|下载|加入)|未经授权|版权所有|转载请(?:注明|联系)|"
        r"点击(?:这里|此处)|点此|下载.{0,12}(?:客户端|APP)|请务必|關注我們"
    ),
    "ja": r"無断(?:転載|複製)|ご登録ください|メルマガ|フォローしてください",
    "ko": r"무단 ?전재|재배포 금지|구독과 좋아요",
    "ar": (
        r"اشترك(?:وا)? في (?:قناة|نشرة|النشرة|قناتنا)|تابعونا على|اضغط هنا|قناتنا على|لمتابعة آخر الأخبار|حمّل تطبيق"
    ),
    "hi": r"सब्सक्राइब करें|यहां क्लिक करें|यहाँ क्लिक करें|फॉलो करें|ऐप डाउनलोड|व्हाट्सएप चैनल|न्यूज़?लेटर",
}
"""What no reporter writes, anywhere in a sentence."""

GLUED = (
    r"advertisement|please enable javascript to watch this video|story highlights|caption close|media caption|"
    r"continue reading the main story|story continues below advertisement|this video is no longer available|"
    r"listen to this article|getting your trinity audio player ready"
)
"""Labels that scraping glues to the front of a sentence."""
