#pragma once

#include <QString>
#include <QStringList>

#include "protocol/messages.h"

namespace qs {

/// What layers would run in, and why where that is not what was asked for: a line for each kind. `layers` are
/// names; others are passed over.
QString previewText(const protocol::QConfigPreview& preview, const QStringList& layers);

/// Names of the layers that a rule wins.
QStringList layersOfRule(const protocol::QConfigPreview& preview, int rule);

}  // namespace qs
