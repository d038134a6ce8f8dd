import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Me } from './account.contract.js';
import { hasAccount } from './account-id.js';
import { loginToken } from './login-cookie.js';
import { Logins } from './logins.js';
import type { Person } from '../people/person.js';

/** Who asks for a page. */
@Injectable()
export class Visitors {
  constructor(private readonly logins: Logins) {}

  of(request: Pick<Request, 'headers'>): Me {
    const person = this.person(request);
    return person === undefined ? {} : this.me(person);
  }

  person(request: Pick<Request, 'headers'>): Person | undefined {
    return this.logins.find(loginToken(request))?.person;
  }

  me(person: Person): Me {
    return { user: { id: person.id, name: person.name, guest: !hasAccount(person) } };
  }
}
