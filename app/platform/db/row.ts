/** A row as the rest of a feature sees it: whose it is went without saying when the repository was built. */
export function withoutStore<T extends { storeId: string }>(row: T): Omit<T, "storeId"> {
  const { storeId: _storeId, ...rest } = row;
  return rest;
}
