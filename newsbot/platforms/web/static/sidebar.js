// The list of chats: beside the messages on a wide screen, a drawer over them on a narrow one.

import { el, time, word } from "./nodes.js";

export class Sidebar {
  /** `open(id)` shows a chat; `create(name)` makes a channel and returns its id, or throws. */
  constructor(store, { open, create }) {
    this.store = store;
    this.open = open;
    this.list = document.getElementById("chats");
    this.side = document.getElementById("side");
    this.menu = document.getElementById("menu");
    this.narrow = matchMedia("(max-width: 760px)");
    this.menu.addEventListener("click", () => this.slide(this.menu.getAttribute("aria-expanded") !== "true"));
    document.getElementById("scrim").addEventListener("click", () => this.slide(false));
    this.side.addEventListener("keydown", (event) => event.key === "Escape" && this.slide(false));
    this.narrow.addEventListener("change", () => this.slide(false));
    this.slide(false);
    this.dialog(create);
  }

  /** Show or hide the drawer; on a wide screen the list is always there. */
  slide(out) {
    const was = this.menu.getAttribute("aria-expanded") === "true";
    const drawer = this.narrow.matches;
    this.menu.setAttribute("aria-expanded", String(drawer && out));
    document.body.classList.toggle("drawer-out", drawer && out);
    this.side.inert = drawer && !out;
    document.getElementById("main").inert = drawer && out;
    if (drawer && out) (this.list.querySelector("[aria-current]") ?? this.side.querySelector("button")).focus();
    else if (was) this.menu.focus();
  }

  /** Draw the list again; `current` is the open chat. */
  draw(current) {
    const focused = document.activeElement?.dataset?.chat;
    const chats = [...this.store.chats.values()];
    this.list.replaceChildren(...chats.map((chat) => this.row(chat, chat === current)));
    if (focused) this.list.querySelector(`[data-chat="${CSS.escape(focused)}"]`)?.focus();
    const total = chats.reduce((sum, chat) => sum + this.store.unread(chat), 0);
    const elsewhere = total - (current ? this.store.unread(current) : 0);
    document.getElementById("elsewhere").hidden = elsewhere === 0;
    document.title = total ? `(${total}) newsbot` : "newsbot";
  }

  row(chat, current) {
    const last = this.store.last(chat);
    const unread = this.store.unread(chat);
    const badge = unread ? el("span", { className: "badge" }, unread > 99 ? "99+" : String(unread), el("span", { className: "sr" }, ` ${word("unread")}`)) : "";
    const button = el("button", { type: "button", className: "chat", "aria-current": current && "true", onclick: () => { this.open(chat.id); this.slide(false); } },
      el("span", { className: chat.kind === "private" ? "face me" : "face", "aria-hidden": "true" }, chat.kind === "private" ? "" : "#"),
      el("span", { className: "name", dir: "auto" }, chat.title),
      last ? time(last.at) : "",
      el("span", { className: "last", dir: "auto" }, last ? excerpt(last) : ""), badge);
    button.dataset.chat = chat.id;
    return el("li", {}, button);
  }

  dialog(create) {
    const [dialog, name, wrong] = ["channel", "name", "wrong"].map((id) => document.getElementById(id));
    document.getElementById("new").addEventListener("click", () => { name.value = ""; wrong.hidden = true; dialog.showModal(); });
    document.getElementById("cancel").addEventListener("click", () => dialog.close());
    dialog.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const id = await create(name.value);
        dialog.close();
        this.slide(false);
        this.open(id);
      } catch {
        wrong.hidden = false;
      }
    });
  }
}

/** One line of what a message says. */
function excerpt({ author, body }) {
  if (body.kind === "text") return author === "me" ? `${word("you")}: ${body.text}` : body.text;
  const digest = body.digest ?? body.blocks.find((block) => block.type === "digest")?.digest;
  if (digest) return digest.title || digest.stories[0]?.headline || "";
  const lines = body.blocks.map((block) => (block.spans ?? block.title).map((span) => span.text).join(""));
  return lines.join(" · ").replace(/\s*\n\s*/g, " · ").slice(0, 120);
}
