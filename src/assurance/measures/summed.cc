#include "summed.h"

#include <fmt/format.h>

namespace belfry::measures {

// Fair among tenants: the first of each before the second of any, up to the limit of all.
std::string summed_sql(std::string_view sql, const Summed& summed) {
  return fmt::format(
      "WITH checked AS ({0}\n), numbered AS (\n"
      "  SELECT c.subject, c.tenant_id, c.status, c.reason,\n"
      "         ROW_NUMBER() OVER (PARTITION BY c.tenant_id, c.status ORDER BY c.subject) AS "
      "place\n"
      "  FROM checked c WHERE c.subject LIKE '{1} %' AND c.status <> 'pass'\n"
      "), placed AS (\n"
      "  SELECT n.subject, n.tenant_id, n.status, n.reason, n.place,\n"
      "         ROW_NUMBER() OVER (PARTITION BY n.status ORDER BY n.place, n.tenant_id)\n"
      "           AS place_of_all\n"
      "  FROM numbered n\n"
      "), counted AS (\n"
      "  SELECT c.tenant_id, c.status, '{2}' AS reason, COUNT(*) AS stands_for\n"
      "  FROM checked c WHERE c.subject LIKE '{1} %' AND c.status = 'pass'\n"
      "  GROUP BY c.tenant_id, c.status\n"
      "  UNION ALL\n"
      "  SELECT p.tenant_id, p.status, '{3}' AS reason, COUNT(*) AS stands_for\n"
      "  FROM placed p WHERE p.place > {4} OR p.place_of_all > {5}\n"
      "  GROUP BY p.tenant_id, p.status\n"
      "), bounded AS (\n"
      "  SELECT c.subject, c.tenant_id, c.status, c.reason, 1 AS stands_for\n"
      "  FROM checked c WHERE c.subject NOT LIKE '{1} %'\n"
      "  UNION ALL\n"
      "  SELECT p.subject, p.tenant_id, p.status, p.reason, 1 AS stands_for\n"
      "  FROM placed p WHERE p.place <= {4} AND p.place_of_all <= {5}\n"
      "  UNION ALL\n"
      "  SELECT '{1}s ' || t.name AS subject, c.tenant_id, c.status,\n"
      "         c.reason || ' count=' || CAST(c.stands_for AS TEXT) AS reason, c.stands_for\n"
      "  FROM counted c JOIN tenant t ON t.id = c.tenant_id\n"
      ")\n"
      "SELECT b.subject, b.tenant_id,\n"
      "       CASE WHEN b.status = 'open' THEN 'pass' ELSE b.status END AS status,\n"
      "       b.reason, b.stands_for\n"
      "FROM bounded b",
      sql, summed.kind, summed.rest, summed.more, kListedMaxPerTenant, kListedMax);
}

}  // namespace belfry::measures
