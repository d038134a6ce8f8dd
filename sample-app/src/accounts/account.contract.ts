/** `GET /api/me` answers with it, and so does whatever changes it: sign-up, sign-in, guest, sign-out. */
export interface Me {
  /** Nobody yet where it is missing: who connects then is a guest. */
  readonly user?: {
    readonly id: string;
    readonly name: string;
    /** Without an account. */
    readonly guest: boolean;
  };
}

/** What `POST /api/sign-up` and `POST /api/sign-in` take. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** What `POST /api/guest` takes; without a name one is made up. */
export interface NewGuest {
  readonly name?: string;
}

/** What every route under `/api` answers with where it refuses, beside the HTTP status. */
export interface Refusal {
  /** In words for people. */
  readonly message: string;
  /** The field that is wrong, where it is one. */
  readonly field?: string;
}
