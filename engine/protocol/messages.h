#pragma once

#include "protocol/messages/comparison.h"
#include "protocol/messages/data.h"
#include "protocol/messages/engine.h"
#include "protocol/messages/export.h"
#include "protocol/messages/jobs.h"
#include "protocol/messages/measurement.h"
#include "protocol/messages/metrics.h"
#include "protocol/messages/model.h"
#include "protocol/messages/profile.h"
#include "protocol/messages/qconfig.h"
#include "protocol/messages/questions.h"
#include "protocol/messages/recipe.h"
#include "protocol/messages/sensitivity.h"
#include "protocol/messages/variant.h"
#include "protocol/messages/variant_spec.h"
#include "protocol/messages/verify.h"

/// Everything that crosses between the engine and its two faces, as plain structs. Standard C++ only. The
/// JSON of each is in protocol/json.h: members keep their snake_case names, absent optionals are null. Units
/// are in the names: _ms milliseconds, _bytes bytes, _db decibels, top1 and accuracy_drop percent (points).
/// `low` and `high` bound a 95 % interval, in the unit of the value that they belong to.
///
/// Each request is complete in itself (the engine keeps only caches), so that a restarted engine goes on
/// where a killed one stopped. Errors: code -32800 cancelled, -32602 usage, -32000 failed.
