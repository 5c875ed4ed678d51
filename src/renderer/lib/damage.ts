import type { RecordsDamage } from '#shared/domain/damage.ts';
import { useRequest } from './resource.ts';

/** Not null while the records of the open profile can only be read. */
export function useDamage(): RecordsDamage | null {
  return useRequest('records.damage', {}, ['profile.changed']).value;
}
