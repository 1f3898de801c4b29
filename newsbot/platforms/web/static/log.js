// The messages of the open chat, in order, with days between them; changed in place, so that nothing jumps.

import { dayOf, el, sameDay, time, word } from "./nodes.js";

const NEAR = 80; // px from the end that still count as being there
const CONTEXT = 72; // px of what was said before that stay in sight above a long answer
const EARLY = 400; // px from the beginning at which older messages are fetched
const PATIENCE = 350; // ms before "newsbot is writing" shows

export class Log {
  /** `act` is {older(), read(), retry(entry), forget(entry)}. */
  constructor(store, nodes, act) {
    Object.assign(this, { store, nodes, act });
    [this.list, this.scroll, this.downButton, this.below, this.empty] =
      ["log", "scroll", "down", "below", "empty"].map((id) => document.getElementById(id));
    this.cache = new Map();
    this.atEnd = true;
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.downButton.addEventListener("click", () => this.toEnd(true));
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.list);
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.scroll);
  }

  /** Open `chat` at its first unread message, or at the end. */
  show(chat) {
    this.chat = chat;
    this.cache.clear();
    this.freshFrom = this.store.unread(chat) ? (this.store.read[chat.id] ?? 0) : Infinity;
    this.list.replaceChildren();
    this.atEnd = true;
    this.draw();
    const fresh = this.list.querySelector(".fresh");
    if (fresh) this.scroll.scrollTop = fresh.offsetTop - 60;
    else this.toEnd();
    this.scrolled();
  }

  /** Bring the nodes in line with the store; `changed` is the id of a message that was just edited or added. */
  draw(changed) {
    if (!this.chat) return;
    const anchor = this.anchor();
    this.list.ariaBusy = changed ? null : "true"; // whole pages of history are not read out
    const wanted = this.wanted(changed);
    wanted.forEach((node, n) => this.list.children[n] !== node && this.list.insertBefore(node, this.list.children[n] ?? null));
    while (this.list.children.length > wanted.length) this.list.lastChild.remove();
    this.list.ariaBusy = null;
    this.empty.hidden = wanted.length > 0;
    if (this.atEnd) this.follow(changed);
    else this.keep(anchor);
    this.count();
  }

  /** Go to the end, but not past the beginning of the message that has just come. */
  follow(id) {
    const newest = [...this.list.querySelectorAll(":scope > [data-id]")].at(-1);
    this.toEnd();
    if (!newest || Number(newest.dataset.id) !== id || newest.offsetHeight < this.scroll.clientHeight - CONTEXT) return;
    this.atEnd = false;
    this.scroll.scrollTop = newest.offsetTop - CONTEXT;
  }

  wanted(changed) {
    const nodes = [];
    let day = null;
    let fresh = false;
    for (const message of this.store.messages(this.chat)) {
      const at = new Date(message.at);
      if (!day || !sameDay(day, at)) nodes.push(this.cached(`day ${at.toDateString()}`, dayOf(at), () => this.day(at)));
      day = at;
      if (!fresh && message.id > this.freshFrom && message.author !== "me") {
        fresh = true;
        nodes.push(this.cached("fresh", "", () => el("li", { className: "fresh", role: "separator" }, el("span", {}, word("fresh")))));
      }
      nodes.push(this.cached(`m${message.id}`, message.rev, (old) => this.message(message, old && message.id === changed)));
    }
    return [...nodes, ...this.unsent()];
  }

  unsent() {
    const entries = this.store.unsent.filter((entry) => entry.chat === this.chat.id);
    const nodes = entries.filter((entry) => !this.store.arrived.has(entry.key)).map((entry) => this.cached(entry.key, entry.failed, () => this.entry(entry)));
    const going = entries.find((entry) => !entry.failed);
    return going ? [...nodes, this.cached(`dots ${going.key}`, "", () => this.dots())] : nodes;
  }

  /** The node made earlier for `name`, unless `version` changed; made anew in that case. */
  cached(name, version, make) {
    const known = this.cache.get(name);
    if (known?.version === version) return known.node;
    const node = make(known?.node);
    this.cache.set(name, { version, node });
    if (known) exchange(known.node, node);
    return node;
  }

  // --- nodes ---

  day(at) {
    return el("li", { className: "day", role: "separator" }, el("time", { dateTime: at.toISOString().slice(0, 10) }, dayOf(at)));
  }

  message(message, edited) {
    const own = message.author === "me";
    const meta = el("p", { className: "meta" },
      message.body.updated ? el("span", { className: "updated" }, time(message.body.updated, { onlyClock: true, before: word("updated") }), " · ") : "",
      time(message.at, { onlyClock: true }));
    const kind = ["message", own ? "own" : "bot", message.body.kind, edited ? "edited" : ""].join(" ").trim();
    const node = el("li", { className: kind }, el("span", { className: "sr" }, `${word(own ? "you" : "bot")}: `),
      el("div", { className: "bubble" }, this.nodes.body(message.body), meta));
    node.dataset.id = message.id;
    return node;
  }

  entry(entry) {
    const state = entry.failed
      ? el("p", { className: "meta wrong", role: "alert" }, `${entry.failed} `,
        el("button", { type: "button", className: "command", onclick: () => this.act.retry(entry) }, word("retry")), " · ",
        el("button", { type: "button", className: "command", onclick: () => this.act.forget(entry) }, word("remove")))
      : el("p", { className: "meta" }, word("sending"));
    return el("li", { className: "message own text unsent" }, el("span", { className: "sr" }, `${word("you")}: `),
      el("div", { className: "bubble" }, el("p", { className: "said", dir: "auto" }, entry.text), state));
  }

  dots() {
    const node = el("li", { className: "message thinking", hidden: true, "aria-label": word("thinking") }, el("div", { className: "bubble" }, el("i"), el("i"), el("i")));
    setTimeout(() => { node.hidden = false; }, PATIENCE);
    return node;
  }

  // --- scrolling ---

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    this.act.read();
    if (scrollTop < EARLY && this.chat?.more && !this.chat.loading) this.act.older();
    this.count();
  }

  /** The id of the last message of which a good part is in sight, 0 when there is none. */
  seen() {
    const end = this.scroll.getBoundingClientRect().bottom - NEAR;
    const nodes = [...this.list.querySelectorAll(":scope > [data-id]")];
    return Number((this.atEnd ? nodes.at(-1) : nodes.findLast((node) => node.getBoundingClientRect().top < end))?.dataset.id ?? 0);
  }

  count() {
    const unread = this.chat && !this.atEnd ? this.store.unread(this.chat) : 0;
    this.downButton.hidden = this.atEnd;
    this.below.hidden = !unread;
    this.below.textContent = unread;
  }

  toEnd(smoothly = false) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.atEnd = !smoothly || this.atEnd;
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smoothly && !calm ? "smooth" : "instant" });
  }

  /** The first message in sight and where it stands, so that it stays there while others come above it. */
  anchor() {
    const top = this.scroll.getBoundingClientRect().top;
    const node = [...this.list.querySelectorAll(":scope > [data-id]")].find((each) => each.getBoundingClientRect().bottom > top);
    return node && { node, y: node.getBoundingClientRect().top };
  }

  keep(anchor) {
    if (anchor?.node.isConnected) this.scroll.scrollTop += anchor.node.getBoundingClientRect().top - anchor.y;
  }
}

/** Put `node` in the place of `old`; a button that has the focus keeps it. */
function exchange(old, node) {
  const action = old.contains(document.activeElement) && document.activeElement.dataset.action;
  old.replaceWith(node);
  if (action) (node.querySelector(`[data-action="${CSS.escape(action)}"]`) ?? document.getElementById("line")).focus();
}
