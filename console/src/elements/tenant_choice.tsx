import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { identity } from '../api/routes';

// Whose things: one's own organisation's, or those of one below it. Nothing where there is one
// alone.
export function TenantChoice({
  label,
  tenant,
  onTenant,
}: {
  label: string;
  tenant: string;
  onTenant: (tenant: string) => void;
}) {
  const query = useQuery({ queryKey: ['tenants'], queryFn: identity.tenants });
  const tenants = query.data ?? [];
  if (tenants.length < 2) return null;
  return (
    <NativeSelect
      className="narrow"
      label={label}
      data={tenants.map(({ id, name }) => ({ value: id, label: name }))}
      value={tenant}
      onChange={(event) => onTenant(event.currentTarget.value)}
    />
  );
}
