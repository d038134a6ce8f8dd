/** Begins the user ids of people with an account. */
export const ACCOUNT = 'account:';

/** Whether somebody has an account. */
export function hasAccount({ id }: { readonly id: string }): boolean {
  return id.startsWith(ACCOUNT);
}
