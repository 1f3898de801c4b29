"""What stands in an article and is no part of its story: calls to click, credits, bylines, datelines, cookie lines.

A sentence is dropped when it begins like boilerplate and is short, or holds a phrase that no reporter writes.
Sentences that merely mention reading, clicking or cookies stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsbot.domain.digest.sentences import sentences

# Begins a sentence of at most _SHORT characters: the whole sentence is an appeal or a label.
_BEGINS = re.compile(
    r"[\W_]*+(?:"
    # en
    r"(?:please )?(?:click|tap|swipe|press) (?:here|on|below|the|this|to|through|for)\b|(?:click|tap)\W*$|"
    r"(?:to )?(?:read|see|learn|find out|know|watch|view|discover|show|load|get)(?: also)? (?:more|the full|"
    r"full|the rest|"
    r"the whole|the original|the entire|next|it here|this next|all the)\b|read (?:also|on|next|here)\b|"
    r"(?:continue|keep) reading|don[’']?t miss(?: out)?\b(?!\w)|do not miss (?:out|our|this|the)|"
    r"(?:you (?:may|might|can|could) also|also (?:on|read|see|watch)|see also|related\b\s?(?::|stor|art|post|"
    r"read|cover)|"
    r"more (?:on|from|about|stories|news|in|info)\b|more:|recommended\b\s?(?::|stor|for you|read)|"
    r"must[- ]read\b|trending\b|most (?:read|popular))|"
    r"(?:subscribe|sign up|sign in|log in|login|register|join (?:us|our|now|the conversation)|follow us|"
    r"follow @|like us|find us|download (?:our|the) (?:free )?"
    r"(?:app|newsletter)|get (?:our|the latest|breaking|alerts|unlimited|access|notified)|stay (?:up to date|"
    r"up-to-date|tuned|informed|connected)|"
    r"enter your e-?mail|never miss|already (?:a subscriber|have an account)|not a (?:subscriber|member)|"
    r"become a (?:member|subscriber))\b|"
    r"(?:share|tweet|pin|e-?mail|print|save|comments?|facebook|twitter|whatsapp|linkedin|reddit|telegram|"
    r"pinterest|copy link|"
    r"share this|share on|share via)\b(?:[\s|,/&·•]|this|on|via|link|article|story|facebook|twitter|x|it|with|"
    r"friends|your|whatsapp|"
    r"linkedin|reddit|telegram|pinterest|e-?mail|print|pin|copy|save|comments?|tweet|share|story|"
    r"\(opens in new window\)|\d)*+[\W_]*$|"
    r"advertisements?\W*$|sponsored (?:content|by|post)\b|promoted (?:content|stories)\b|this (?:ad|"
    r"advertisement|video|content) (?:has|is|will|can)\b|story continues|article continues|"
    r"skip (?:to|ad|past)|scroll (?:down|to)|loading\b\W*$|close\W*$|caption close|hide caption|"
    r"toggle caption|enlarge this|image \d+ of|"
    r"(?:photo|photos|photograph|photography|picture|pictures|image|images|video|videos|illustration|graphic|"
    r"credit|credits|photo credit|image credit|image source|"
    r"featured image|cover image|file photo|source|sources|via|caption|text|words|tags?|filed under|"
    r"categories|category|topics?|keywords?|published|updated|last updated|"
    r"posted|first published|reporting|writing|editing|additional reporting|edited|written|reported|compiled|"
    r"translated|photographed|author|reporter|editor|contact|email|phone)"
    r"(?: (?:by|on|at|in|from|with|via|courtesy|credit|under))? ?[:/|©]|"
    r"(?:photo|image|picture|video|illustration|graphic)s? (?:by|courtesy|credit|via)\b|"
    r"(?:reporting|additional reporting|editing|writing|edited|written|reported|compiled|"
    r"reporting and writing|posted|published|by) by\b|"
    r"(?:©|\(c\)|copyright\b)|all rights reserved|terms (?:of (?:use|service)|and conditions apply)\b|"
    r"privacy policy|cookie (?:policy|settings|preferences)|"
    r"we use cookies|this (?:site|website|page) uses|by (?:clicking|continuing|signing|subscribing|using|"
    r"submitting)\b|accept (?:all )?cookies|"
    r"(?:the )?post .{1,200} (?:appeared|was published) first on\b|this (?:article|story|post|content|"
    r"report) (?:was|is|has been|first|originally|appeared)\b.{0,60}"
    r"(?:published|appeared|generated|produced|republished|syndicated|updated|translated|part of)|"
    r"(?:view|see|read|leave|post|add|write|show|hide)\s(?:all |a |the |\d+ )?(?:comments?|gallery|photos|"
    r"slideshow|full (?:story|article))|"
    r"(?:article url|comments url|points: \d|# comments|submitted by|\[link\]|\[comments\])|"
    # de
    r"(?:hier (?:klicken|geht|lesen)|klicken sie|jetzt (?:lesen|abonnieren|anmelden|registrieren|testen|"
    r"kaufen)|weiterlesen|mehr (?:lesen|dazu|zum thema|erfahren)|"
    r"lesen sie (?:auch|mehr|hier|weiter)|lesen sie|auch interessant|das könnte (?:sie|dich)|abonnieren|"
    r"melden sie sich|"
    r"newsletter|anzeige\W*$|foto|bild|quelle|autor|von:|teilen|verpassen sie|alle rechte vorbehalten|"
    r"wir verwenden cookies|der beitrag .{1,200} erschien zuerst)"
    r"(?:\b(?= ?[:/|©]|.{0,90}$))(?![a-zäöüß])|"
    # fr
    r"(?:cliquez|lire (?:aussi|la suite|plus|également|l[’']article)|à lire|en savoir plus|voir (?:aussi|"
    r"plus)|abonnez[- ]vous|inscrivez[- ]vous|suivez[- ]nous|"
    r"partager|ne manquez pas|ne ratez pas|publicité\W*$|crédit (?:photo)?|photo ?:|tous droits réservés|"
    r"nous utilisons des cookies|"
    r"l[’']article .{1,200} est apparu en premier|cet article est (?:apparu|réservé))|"
    # es, pt, it
    r"(?:haga clic|haz clic|pulse aquí|leer más|lee (?:también|más|aquí)|lea (?:también|más|aquí)|"
    r"seguir leyendo|ver más|te puede interesar|le puede interesar|"
    r"también (?:te puede|puede|le puede)|suscr[ií]b[ae]|suscribirse|regístr[ae]|síguenos|siga leyendo|"
    r"sigue leyendo|comparte|compartir|no te (?:lo )?pierdas|no se (?:lo )?pierda|"
    r"publicidad\W*$|más información (?:en|aquí)|foto ?:|imagen ?:|fuente ?:|crédito|"
    r"todos los derechos reservados|(?:utilizamos|usamos) cookies|la entrada .{1,200} se publicó primero|"
    r"clique aqui|leia (?:mais|também)|saiba mais|assine|inscreva-se|compartilhe|clicca qui|leggi (?:anche|"
    r"tutto)|continua a leggere|iscriviti)|"
    # ru, uk
    r"(?:нажмите|кликните|жмите|читай(?:те)? (?:также|подробнее|далее|больше|ещ[её]|нас)|читать (?:далее|"
    r"дальше|также|полностью|подробнее)|подробнее(?:\W|$)|узнать больше|"
    r"смотрите (?:также|видео|фото)|по теме\b|материалы по теме|подпи(?:шитесь|сывайтесь|сыв|сать)|следите за|"
    r"поделиться|не пропустите|реклама\b|фото ?:|видео ?:|источник ?:|автор ?:|"
    r"текст ?:|все права защищены|мы используем (?:файлы )?cookie|сайт использует|комментарии|регистрируйтесь|"
    r"зарегистрируйтесь|войти\W*$|"
    r"сообщение .{1,200} появились? сначала на|запись .{1,200} впервые появилась)|"
    # zh, ja, ko
    r"(?:点击(?:这里|此处|查看|阅读|进入|下载|关注|上方|下方|蓝字)|點擊|阅读(?:原文|全文|更多)|閱讀更多|查看(?:更多|原文|全文|详情)|了解更多|更多(?:内容|精彩|资讯|新闻|"
    r"阅读|详情)|延伸阅读|相关(?:阅读|新闻|报道|推荐)|推荐阅读|"
    r"扫(?:码|描二维码)|长按|关注(?:我们|公众号|微信|微博)|订阅|欢迎关注|分享(?:到|至)|转发|不要错过|千万别错过|别错过|责任?编辑|责编|编辑[:：]|作者[:：]|来源[:：]|"
    r"文章来源|图片来源|图源|图[:：/]|校对|审核|记者[:：]|"
    r"版权(?:所有|声明|归)|未经(?:授权|许可)|免责声明|广告\W*$|本文(?:来源|来自|转自|首发|由)|原标题[:：]|本网站使用|登录|注册|"
    r"続きを読む|もっと見る|関連記事|詳しくはこちら|こちらをクリック|シェア|フォロー|더 보기|구독|무단)|"
    # ar
    r"(?:اقرأ (?:أيضا|أيضًا|المزيد)|انقر هنا|اضغط هنا|اشترك|شارك|تابعونا|المصدر ?:)"
    r")",
    re.IGNORECASE,
)
_SHORT = 200

# Anywhere in a sentence.
_HOLDS = re.compile(
    r"appeared first on|all rights reserved|(?:subscribe|sign up) (?:to|for) (?:our|the|my|his|her|their|your|"
    r"a|free|\S+[’']s)\b.{0,60}"
    r"(?:newsletters?|briefing|e-?mails?|channel|podcast|alerts|updates)|our (?:free |daily |"
    r"weekly )*newsletter|follow (?:us|him|her|me|them) on (?:twitter|facebook|instagram|x|google|telegram|"
    r"tiktok|youtube|threads|bluesky)|"
    r"terms of (?:service|use) and privacy|privacy policy|(?:uses?|using|accept|our use of) cookies|"
    r"affiliate (?:links?|commission)|may earn (?:a|an) (?:small )?(?:affiliate )?commission|"
    r"why not subscribe\b|wherever you get your podcasts|welcome (?:back )?to .{1,60}\bnewsletter|"
    r"(?:click|tap) here\b|read the (?:full|whole|original|rest of the) (?:story|article|post|report) (?:here|at|on)|"
    r"originally published (?:on|at|in|by)\b|enable javascript|javascript is disabled|"
    r"your browser (?:does not|is not|doesn[’']?t)|"
    r"(?:opens in (?:a )?new (?:window|tab))|pic\.twitter\.com|https?://t\.co/|a post shared by|"
    r"download the .{1,40} app\b|\bmay not be (?:published, broadcast|reproduced)|"
    r"(?:our|this) (?:website|site) (?:requires|needs|uses)|support (?:our|independent) journalism|"
    r"наш(?:ем|его)? (?:телеграм|telegram)|в telegram-канале\W*$|newsletter abonnieren|zum newsletter|"
    r"abonnieren sie|datenschutzerklärung|verwendet cookies|"
    r"notre newsletter|nuestr[ao] (?:bolet[ií]n|newsletter|canal)|política de (?:cookies|privacidad)|"
    r"politique de confidentialité|"
    r"微信公众号|扫描二维码|未经授权|版权所有|转载请注明|点击这里|点此",
    re.IGNORECASE,
)
# A byline or a time stamp and nothing else.
_BYLINE = re.compile(
    r"(?:[Bb][Yy]|Von|Par|Por|От|VON|PAR|POR)\s+(?:[A-ZÀ-ÝА-Я][\w.’'-]*[\s,&|/]*(?:and |und |et |y |"
    r"и )?){1,6}(?:[|,•·–-].{0,60})?$|"
    r"(?:published|updated|posted|last updated|опубликовано|обновлено|发布时间|更新时间|发表于)?\W*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
    r"(?:\d{1,2}\s+\w{3,9}\.?,?\s+\d{4}|\w{3,9}\.?\s+\d{1,2}\s?,\s+\d{4}|\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?)"
    r"[\s,|@-]*(?:at|um|в|à)?\s*(?:\d{1,2}[:.]\d{2}(?::\d{2})?)?\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4})?\W*$|"
    r"\d{1,2}[:.]\d{2}\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4})?\W*$|\d+ (?:min(?:ute)?s? (?:read|ago)|hours? ago|"
    r"days? ago|comments?|shares?|views?)\W*$",
)

_DASH = r"\s*(?:--?|[–—―])+\s*"
_PLACE = r"[A-ZÀ-ÝА-ЯЁ][\w.’'À-ÿ-]*(?:[ ,/]+(?:[A-ZÀ-ÝА-ЯЁ][\w.’'À-ÿ-]*|d\.c\.|de|del|la|am|sur|upon|and))*"
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|janv|févr|mars|avr|mai|juin|juil|août|déc|mär|"
    r"янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\w*\.?"
)
_DAY = rf"(?i:\d{{1,2}}\.?\s+(?:de\s+)?{_MONTH}(?:\s+\d{{4}})?|{_MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?)"
_AGENCY_NAME = (
    r"(?:Thomson )?Reuters|AP|Associated Press|AFP|CNN(?: Business)?|Bloomberg|dpa|EFE|Efe|UPI|Xinhua|ANI|PTI|"
    r"IANS|TASS|ANSA|KUNA|WAM|"
    r"SPA|BBC|NBC|CBS|ABC|FOX|Yonhap|Kyodo|Ansa|AFP/\w+|dpa/\w+|ots|sda|apa|Europa Press|CNBC|Axios|"
    r"РИА Новости|ТАСС|Интерфакс"
)
_AGENCY = rf"\((?:{_AGENCY_NAME})\)|(?:РИА Новости|ТАСС|Интерфакс|EFE|AP|AFP|Reuters|Xinhua)\b"
_DATELINE = re.compile(
    r"\[[A-Z][^\]\n]{1,40}\]\s+|"  # [Ghanaian Times]
    rf"{_PLACE}\s*,?\s*(?:{_DAY})?\s*[.,]?\s*(?:/?(?:{_AGENCY})/?)\s*[.:]?(?:{_DASH}|\s?/\s?|\.\s+|:\s+)"  # (AFP) -
    rf"|[A-Z][A-Z.’' -]{{2,30}}(?:,\s[A-Z][\w. ]{{1,20}})?\s\([A-Z][\w./ &’'-]{{1,40}}\){_DASH}"
    rf"|{_PLACE},\s+{_DAY}\.?{_DASH}(?:(?:{_AGENCY})\s*[.:]\s+)?"  # MOSCOW, Aug 29 -
    rf"|[A-ZÀ-ÝА-ЯЁ][A-ZÀ-ÝА-ЯЁ.’' -]{{2,30}}(?:,\s[A-Z][\w. ]{{1,20}})?\s(?:--|[–—])\s+(?=[A-ZА-ЯÀ-Ý])"  # LONDON —
    rf"|\((?:Reuters|AP|AFP|CNN|Bloomberg|dpa|EFE|UPI|Xinhua|CNN Business)\)(?:{_DASH}|\s+)"
)
_DATELINE_CJK = re.compile(
    r"(?:【[^】]{1,30}】|\[[^\]]{1,30}(?:讯|报道|消息)\])\s*"
    r"|[^，。,\s]{2,14}(?:\d{1,2}月)?\d{1,2}日(?:电|讯)\s*(?:[（(][^）)]{1,40}[）)])?\s*"
    r"|[^，。,]{2,14}\s?(?:\d{1,2}月\d{1,2}日)?(?:消息|讯|报道)[，,：:]\s*(?:据[^，。]{2,20}(?:报道|消息)[，,]\s*)?"
)
_DATELINE_ALONE = re.compile(rf"{_PLACE}\s*,?\s*(?:{_DAY})?(?:{_DASH}|\s+)(?:{_AGENCY})\W*$|{_PLACE},\s+{_DAY}\W*$")
# Labels that scraping glues to the front of a sentence.
_GLUED = re.compile(
    r"(?:(?:advertisement|please enable javascript to watch this video|story highlights|caption close|media caption|"
    r"continue reading the main story|story continues below advertisement|"
    r"this video is no longer available)\W+)+(?=\S)",
    re.IGNORECASE,
)
_TRUNCATED = re.compile(r"\s*(?:\[(?:\.\.\.|…)\]|\(…\)|(?:\.\.\.|…)\s*$).*$")
_WORDISH = re.compile(r"[^\W_]")
_MAX_TEXT = 60_000


def clean(text: str, language: str = "", authors: Iterable[str] = ()) -> tuple[str, ...]:
    """The sentences of an article that tell its story, in order: boilerplate dropped, the dateline cut off the first.

    Apart from that cut each is verbatim, white space normalised. Only the first 60,000 characters are read.
    ``authors`` are names whose lone appearance is a byline. A last sentence that the feed cut short ("…", "[...]")
    is kept, without its dots, only when nothing else is left.
    """
    names = {name.casefold().strip() for name in authors}
    found = (_GLUED.sub("", s, count=1) if _GLUED.match(s) else s for s in sentences(text[:_MAX_TEXT], language))
    kept = [s for s in found if not is_boilerplate(s) and s.casefold() not in names]
    if kept:
        kept[0] = _without_dateline(kept[0])
    whole = [s for s in kept if not _is_cut_short(s, last=s is kept[-1])]
    if not whole and kept:
        whole = [_TRUNCATED.sub("", kept[0])]
    return tuple(s for s in whole if _WORDISH.search(s))


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence is an appeal, a credit, a byline, a label: nothing of the story."""
    head = sentence[:2000]
    if len(sentence) <= _SHORT and any(p.match(sentence) for p in (_BEGINS, _BYLINE, _DATELINE_ALONE)):
        return True
    return _HOLDS.search(head) is not None


def _without_dateline(sentence: str) -> str:
    head = sentence[:120]
    found = _DATELINE.match(head) or _DATELINE_CJK.match(head)
    rest = sentence[found.end() :] if found else sentence
    return rest if len(rest) > 15 else sentence


def _is_cut_short(sentence: str, *, last: bool) -> bool:
    return sentence.endswith(("[...]", "[…]", "(…)")) or (last and sentence.endswith(("...", "…")))
