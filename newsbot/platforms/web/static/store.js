// What the page knows: chats, their messages by id (only the newest rev of each), what is read, what is not sent yet.

const load = (storage, name, otherwise) => {
  try {
    return JSON.parse(storage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
};

export class Store {
  constructor() {
    this.chats = new Map();
    this.read = load(localStorage, "read", {});
    this.unsent = load(sessionStorage, "unsent", []); // until answered; survives a reload, not the tab
    this.arrived = new Set(); // keys of what the server has kept
  }

  /** Take the server's list of chats; messages that are known stay. */
  list(chats) {
    for (const { id, title, kind, last } of chats) {
      const known = this.chats.get(id) ?? { id, messages: new Map(), more: true, loaded: false };
      this.chats.set(id, Object.assign(known, { title, kind }));
      if (last) this.upsert(last);
    }
  }

  /** Take a message as it is now. Returns its chat when that changed anything. */
  upsert(message) {
    const chat = this.chats.get(message.chat);
    if (!chat || (chat.messages.get(message.id)?.rev ?? 0) >= message.rev) return null;
    chat.messages.set(message.id, message);
    if (message.key) this.arrived.add(message.key);
    return chat;
  }

  /** The messages of a chat to show, oldest first. Those before the loaded history wait, so that there is no hole. */
  messages(chat) {
    return [...chat.messages.values()].filter((m) => !m.deleted && m.id >= (chat.oldest ?? 0)).sort((a, b) => a.id - b.id);
  }

  last(chat) {
    return this.messages(chat).at(-1) ?? [...chat.messages.values()].filter((m) => !m.deleted).at(-1);
  }

  unread(chat) {
    const seen = this.read[chat.id] ?? 0;
    return this.messages(chat).filter((m) => m.id > seen && m.author !== "me").length;
  }

  /** Everything up to message `id` was seen. Returns whether that is news. */
  markRead(chat, id) {
    if (id <= (this.read[chat.id] ?? 0)) return false;
    this.read[chat.id] = id;
    localStorage.setItem("read", JSON.stringify(this.read));
    return true;
  }

  // --- what is not sent yet ---

  hold(entry) {
    this.unsent.push(entry);
    this.keep();
  }

  forget(key) {
    this.unsent = this.unsent.filter((entry) => entry.key !== key);
    this.keep();
  }

  keep() {
    sessionStorage.setItem("unsent", JSON.stringify(this.unsent));
  }
}
