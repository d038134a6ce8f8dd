import type { Session } from 'nestjs-roost';
import type { Person } from './person.js';

/** Who a page's person is to the others. */
export interface You {
  /** Public id of the session. */
  readonly id: string;
  readonly name: string;
}

export function youOf({ id, user }: Session<Person>): You {
  return { id, name: user.name };
}
