#include "migrations.h"

#include "attestations/attestations.h"
#include "audit/outbox.h"
#include "iam/iam.h"
#include "measures/measures.h"
#include "objects/facts.h"
#include "people/people.h"
#include "registers/registers.h"
#include "topology/topology.h"

#include <algorithm>
#include <iterator>

namespace belfry::provider {

std::vector<database::Migration> all_migrations() {
  std::vector<database::Migration> all;
  for (auto part : {audit::migrations(), topology::migrations(), iam::migrations(),
                    objects::migrations(), measures::migrations(), people::migrations(),
                    attestations::migrations(), registers::migrations()})
    std::ranges::move(part, std::back_inserter(all));
  return all;
}

}  // namespace belfry::provider
