import { FIRST_NAMES, LAST_NAMES, STREETS, TOWNS, type Town } from "./catalogue-people";
import type { Draft } from "./catalogue-orders";
import type { CatalogueCustomer } from "./catalogue-types";
import { gid } from "./ids";
import { random, type Random } from "./random";

type Person = {
  gid: string | null;
  name: string;
  firstName: string;
  lastName: string;
  email: string;
  phone: string | null;
  street: string;
  town: Town;
  /** Lifetime orders up to and including the one in hand */
  orders: number;
};

/** Who buys: new people, people who come back, and a few guests who leave only an e-mail address. */
export class CustomerBook {
  readonly #people: Person[] = [];
  readonly #named = new Map<string, Person>();
  #number = 0;

  buyer(rng: Random, draft: Draft): Person {
    if (draft.test) return this.#guest(rng, "tester@example.com");
    const person = this.#choose(rng, draft);
    person.orders += 1;
    return person;
  }

  customers(): CatalogueCustomer[] {
    return this.#people.map(({ gid, firstName, lastName, email, phone, orders }) => ({
      gid: gid!,
      firstName,
      lastName,
      email,
      phone,
      numberOfOrders: orders,
    }));
  }

  #choose(rng: Random, { incident }: Draft): Person {
    if (incident?.customer) {
      const known = this.#named.get(incident.customer) ?? this.#newcomer(rng, 0);
      this.#named.set(incident.customer, known);
      return known;
    }
    // An incident's people stay their own: otherwise a later order would change what its flag says.
    if (incident) return this.#newcomer(rng, incident.firstOrder ? 0 : rng.int(2, 9), true);
    if (rng.chance(0.06)) return this.#guest(rng);
    const regulars = this.#people.filter((person) => !this.#settled.has(person));
    if (regulars.length > 20 && rng.chance(0.33)) return rng.pick(regulars);
    // A third of the faces that are new to these 90 days were customers before them.
    return this.#newcomer(rng, rng.chance(0.34) ? rng.int(1, 6) : 0);
  }

  readonly #settled = new Set<Person>();

  #newcomer(rng: Random, earlierOrders: number, once = false): Person {
    const person = this.#person(rng, earlierOrders);
    this.#people.push(person);
    if (once) this.#settled.add(person);
    return person;
  }

  #guest(rng: Random, email?: string): Person {
    const person = this.#person(rng, 0);
    return { ...person, gid: null, email: email ?? person.email };
  }

  #person(rng: Random, earlierOrders: number): Person {
    const n = this.#number++;
    // Every pair of names once, in an order that does not look like a list.
    const step = (n * 1009 + 17) % (FIRST_NAMES.length * LAST_NAMES.length);
    const firstName = FIRST_NAMES[step % FIRST_NAMES.length]!;
    const lastName = LAST_NAMES[Math.floor(step / FIRST_NAMES.length)]!;
    const own = random(`catalogue/person/${n}`);
    const town = own.pick(TOWNS);
    return {
      gid: gid("Customer", n),
      name: `${firstName} ${lastName}`,
      firstName,
      lastName,
      email: `${firstName}.${lastName}@example.com`.toLowerCase(),
      phone: rng.chance(0.45) ? `+1${town.area}55501${String(own.int(0, 99)).padStart(2, "0")}` : null,
      street: `${own.int(1, 480)} ${own.pick(STREETS)}`,
      town,
      orders: earlierOrders,
    };
  }
}
