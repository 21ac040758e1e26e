// Where a session is used: whoever has taken one uses it from elsewhere.
#pragma once

#include "iam/iam.h"

#include <string>

namespace belfry::iam {

// The network of an address and the kind of a program, which a session's owner rarely changes in a
// day. Of IPv4 the network of 24 bits, of IPv6 that of 48: whose address changes within them stays
// where it is. Versions of a program do not count: browsers renew themselves.
std::string place_of(const Origin& origin);

}  // namespace belfry::iam
