#pragma once

#include <QString>

#include "protocol/messages.h"

namespace qs {

/// What decided about an exported file, in the window's language: VerifyResult::verdict is the engine's.
QString verdictText(const protocol::VerifyResult& result);

/// Why the values depart there, in the window's language.
QString departureText(const protocol::Departure& departure);

}  // namespace qs
