#pragma once

#include <QString>

#include "protocol/messages.h"

namespace qs {

/// What decided about an exported file, in the window's language: VerifyResult::verdict is the engine's.
QString verdictText(const protocol::VerifyResult& result);

}  // namespace qs
