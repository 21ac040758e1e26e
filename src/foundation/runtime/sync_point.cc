#include "runtime/sync_point.h"

namespace belfry {

std::string_view name_of(SyncPoint point) {
  switch (point) {
#define X(name, breaks) \
  case SyncPoint::name: \
    return #name;
    BELFRY_SYNC_POINTS(X)
#undef X
  }
  return "unknown";
}

}  // namespace belfry
