/** Sessions in a Map: what the library asks of a storage, for tests that are about something else. */
export class MemorySessionStorage {
  #sessions = new Map();

  async storeSession(session) {
    this.#sessions.set(session.id, session);
    return true;
  }

  async loadSession(id) {
    return this.#sessions.get(id);
  }

  async deleteSession(id) {
    return this.#sessions.delete(id);
  }

  async deleteSessions(ids) {
    for (const id of ids) this.#sessions.delete(id);
    return true;
  }

  async findSessionsByShop(shop) {
    return [...this.#sessions.values()].filter((session) => session.shop === shop);
  }
}
