/** Quotas that AWS sets for a region, as far as they hold here or a client asks for them. */

/** Read and write units of a provisioned table. */
export const tableUnitsMax = 40_000;
/** Of all tables together; nothing is throttled here, so nothing is counted. */
export const accountUnitsMax = 80_000;
export const tagsMax = 50;
export const localIndexesMax = 5;
