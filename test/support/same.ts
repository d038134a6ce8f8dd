/** Whether two types are the same, and not only assignable to each other. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it compares two types for being the same
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles with `true` where the types are the same, and with `false` where they are not. */
export const same = <A, B>(_same: Same<A, B>): void => {};
