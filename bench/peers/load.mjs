/**
 * Loads a package from this folder, which has packages of its own.
 *
 * @param {string} name
 * @returns {Promise<object>}
 */
export const load = (name) => import(name);
