/**
 * What an account may do on this screen: the server alone decides, the page leaves out what the server would refuse. `user` is the
 * session's `utilisateur`, or null; `isWall`: this screen is a wall display whatever the account. Pure.
 */

/** Whether an account has a permission (a name of the server's `Access.Permission`). */
export const has = (user, permission) => user?.permissions?.includes(permission) ?? false;

/** A wall display sees no controls. */
export const mayAct = (user, isWall) => user !== null && user.role !== "ecran" && !isWall;

/** On a wall display nothing but reading. */
export const may = (user, isWall, permission) => has(user, permission) && (!isWall || permission.startsWith("read"));
