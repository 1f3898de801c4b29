// Message bodies as DOM nodes. Text goes in as text, never as markup; addresses only when they are web addresses.

export const word = (key) => document.body.dataset[key] ?? "";

/** An element: `props` are properties, or attributes where the name has a hyphen (or is role, dir or for). */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false || value === "") continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (/-|^(role|dir|for)$/.test(name)) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child !== "" && child != null));
  return node;
}

const language = document.documentElement.lang;
// Dates as the person's own region writes them, when it speaks the page's language; times of 24 hours and Western
// digits, as in the bot's answers and as they are typed.
const region = navigator.languages.find((each) => each.split("-")[0] === language) ?? language;
const format = (options) => new Intl.DateTimeFormat(region, { ...options, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" });
const clock = format({ hour: "2-digit", minute: "2-digit" });
const dayName = format({ weekday: "long", day: "numeric", month: "long" });
const dayYear = format({ day: "numeric", month: "long", year: "numeric" });
const dayShort = format({ day: "numeric", month: "short" });
const full = format({ dateStyle: "full", timeStyle: "short" });

export const sameDay = (a, b) => a.toDateString() === b.toDateString();

/** "Today", "Yesterday", "Monday, 2 March", with the year when it is another. */
export function dayOf(date, now = new Date()) {
  if (sameDay(date, now)) return word("today");
  if (sameDay(date, new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return word("yesterday");
  return (date.getFullYear() === now.getFullYear() ? dayName : dayYear).format(date);
}

/** A `<time>`: the clock for today (or always, with `onlyClock`), else the day. */
export function time(iso, { onlyClock = false, before = "" } = {}) {
  const date = new Date(iso);
  const shown = onlyClock || sameDay(date, new Date()) ? clock.format(date) : dayShort.format(date);
  return el("time", { dateTime: iso, title: full.format(date) }, before ? `${before} ${shown}` : shown);
}

export function webAddress(address) {
  try {
    return /^https?:$/.test(new URL(address).protocol) ? address : "";
  } catch {
    return "";
  }
}

function link(text, address) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", referrerPolicy: "no-referrer" }, text);
}

/** A picture that leaves no trace when it cannot be shown, or is only a tracker's pixel. */
function picture(address, kind) {
  if (!webAddress(address) && !address.startsWith("/seeds/")) return ""; // our own server has the sample's
  const image = el("img", { alt: "", loading: "lazy", decoding: "async", referrerPolicy: "no-referrer" });
  const figure = el("figure", { className: kind }, image);
  image.addEventListener("error", () => figure.remove());
  image.addEventListener("load", () => image.naturalWidth < 48 && figure.remove());
  image.src = address;
  return figure;
}

const STYLES = { bold: "strong", italic: "em", code: "code", mark: "mark" };

/** Turns bodies into nodes. `act` is {send(text), fill(text), press(button node, action)}. */
export class Nodes {
  constructor(act) { this.act = act; }

  /** The node of a message's body. */
  body(body) {
    if (body.kind === "digest") return this.card(body.digest, body.buttons);
    if (body.kind === "text") return el("p", { className: "said", dir: "auto" }, body.text);
    const blocks = this.blocks(body.blocks);
    const cards = body.blocks.some((block) => block.type === "digest"); // under a card, one row as under a post
    return el("div", { className: body.error ? "reply error" : "reply" }, blocks, this.rows(body.buttons, cards));
  }

  blocks(blocks) {
    const nodes = [];
    for (const block of blocks) {
      const last = nodes.at(-1);
      if (block.type !== "item") nodes.push(block.type === "digest" ? this.card(block.digest, []) : this.paragraph(block));
      else if (last?.matches(".items")) last.append(this.item(block));
      else nodes.push(el("ul", { className: "items", role: "list" }, this.item(block)));
    }
    return nodes;
  }

  paragraph(block) {
    return el(block.heading ? "h3" : "p", { dir: "auto" }, this.spans(block.spans));
  }

  item(item) {
    const number = item.number === null ? "" : item.opener ? this.opener(item) : el("span", { className: "number" }, `${item.number}.`);
    const lines = item.lines.map((line) => el("p", { className: "line", dir: "auto" }, this.spans(line)));
    const text = el("div", { className: "text" },
      el("p", { className: "name", dir: "auto" }, number, this.spans(item.title)), lines, this.rows([item.buttons]));
    return el("li", { className: "item" }, text, picture(item.image, "thumb"));
  }

  /** The number of an entry that opens as a card. */
  opener(item) {
    const node = this.button(item.opener);
    node.classList.add("number");
    return node;
  }

  /** Spans beside each other that lead to the same address are one link, whatever is marked in it. */
  spans(spans) {
    const nodes = [];
    let [open, address] = [null, ""];
    for (const span of spans) {
      const node = this.styled(span);
      if (!span.url || !webAddress(span.url)) [open, address] = [null, ""];
      else if (span.url !== address) nodes.push(([open, address] = [link("", span.url), span.url])[0]);
      if (open) open.append(node);
      else nodes.push(node);
    }
    return nodes;
  }

  styled(span) {
    const node = span.command && !span.url ? this.command(span) : span.text;
    if (span.style === "muted") return el("span", { className: "muted" }, node);
    return STYLES[span.style] ? el(STYLES[span.style], {}, node) : node;
  }

  command(span) {
    const use = () => (span.command.endsWith(" ") ? this.act.fill(span.command) : this.act.send(span.command));
    return el("button", { type: "button", className: "command", onclick: use }, span.text);
  }

  /** Rows of buttons; flowing ones stand side by side where there is room, and none is torn apart where it fits. */
  rows(rows, flowing = false) {
    const full = rows.filter((row) => row.length);
    return full.length ? el("div", { className: flowing ? "rows flowing" : "rows" }, full.map((row) => el("div", { className: "buttons" }, row.map((b) => this.button(b))))) : "";
  }

  button(button) {
    const props = { className: button.style, title: button.hint, "aria-label": button.hint && `${button.label}: ${button.hint}` };
    if (button.url) return Object.assign(link(button.label, button.url), props, { className: `button ${button.style}` });
    const node = el("button", { type: "button", ...props }, button.label);
    node.dataset.action = button.action;
    node.addEventListener("click", () => this.act.press(node, button.action));
    return node;
  }

  // --- digests ---

  card(digest, rows) {
    const [story] = digest.stories;
    if (digest.stories.length === 1 && !digest.title) return el("article", { className: "card one" }, this.story(story, digest, "h3"), this.rows(rows, true));
    const stories = digest.stories.map((each) => el("li", {}, this.story(each, digest, "h4")));
    return el("article", { className: "card many" }, digest.title && el("h3", { dir: "auto" }, digest.title),
      el("ol", { className: "stories", role: "list" }, stories), this.reasons(digest.reasons), digest.more && el("p", { className: "more muted" }, digest.more), this.rows([rows.flat()]));
  }

  story(story, digest, level) {
    const alone = level === "h3" && !digest.compact;
    const joint = /^(zh|ja)/.test(story.language) ? "" : " ";
    return el("div", { className: "story", lang: story.language },
      picture(story.image, alone ? "hero" : "thumb"),
      el(level, { dir: "auto" }, story.url ? link(story.headline, story.url) : story.headline),
      story.summary.length ? el("p", { className: "summary", dir: "auto" }, story.summary.join(joint)) : "",
      story.facts.length ? this.facts(story.facts) : "",
      this.origin(story),
      this.reasons(story.reasons));
  }

  reasons(reasons) {
    return reasons.map((spans) => el("p", { className: "reason", dir: "auto", lang: language }, this.spans(spans)));
  }

  facts(facts) {
    const sentence = el("p", { className: "sentence", dir: "auto", hidden: true });
    const chips = facts.map((fact) => el("li", {}, this.chip(fact, sentence)));
    return el("div", { className: "facts" }, el("ul", { role: "list", "aria-label": word("facts") }, chips), sentence);
  }

  chip(fact, sentence) {
    const toggle = (event) => {
      const open = event.currentTarget.getAttribute("aria-expanded") !== "true";
      for (const chip of sentence.parentNode.querySelectorAll("button")) chip.setAttribute("aria-expanded", "false");
      event.currentTarget.setAttribute("aria-expanded", String(open));
      sentence.replaceChildren(...marked(fact));
      sentence.hidden = !open;
    };
    return el("button", { type: "button", className: "chip", dir: "auto", "aria-expanded": "false", title: fact.sentence, onclick: toggle }, fact.value);
  }

  /** Who told it and when and, beside other stories, what can be done with this one. */
  origin(story) {
    const names = story.sources.flatMap((source, n) => [n ? " · " : "", source.url ? link(source.name, source.url) : source.name]);
    const told = story.told ? el("span", { className: "told", lang: language }, story.told) : "";
    const line = el("p", { className: "origin", dir: "auto" }, told, el("span", { className: "names" }, names), story.published ? time(story.published) : "");
    if (!story.buttons.length) return [line];
    const drawer = el("div", { className: "drawer", lang: language, hidden: true }, this.rows([story.buttons.flat()]));
    return [el("div", { className: "with-menu" }, line, this.menu(story, drawer)), drawer];
  }

  menu(story, drawer) {
    const toggle = (event) => { drawer.hidden = !drawer.hidden; event.currentTarget.setAttribute("aria-expanded", String(!drawer.hidden)); };
    const name = `${word("actions")}: ${story.headline}`;
    return el("button", { type: "button", className: "opener", "aria-expanded": "false", "aria-label": name, title: word("actions"), onclick: toggle }, "···");
  }
}

/** The sentence of a fact with its figure marked. */
function marked(fact) {
  const at = fact.sentence.indexOf(fact.value);
  if (at < 0) return [fact.sentence];
  return [fact.sentence.slice(0, at), el("mark", {}, fact.value), fact.sentence.slice(at + fact.value.length)];
}
