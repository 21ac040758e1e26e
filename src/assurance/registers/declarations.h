// The registers that there are: documents.cc, systems.cc.
#pragma once

#include "registers/declaration.h"

namespace belfry::registers {

extern const Declaration kDocuments, kSystems;

}  // namespace belfry::registers
