import type { QueryClient, QueryKey } from '@tanstack/react-query';

// Asks again for all below `queryKey`. What is being asked for the first time is asked anew too:
// its answer may tell of the time before the change, and invalidating alone would wait for it.
export async function askAgain(queries: QueryClient, queryKey: QueryKey = []): Promise<void> {
  await queries.cancelQueries({ queryKey });
  await queries.invalidateQueries({ queryKey });
}
