#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

namespace qs {

/// The icon ":/icons/<name>.svg" drawn in the palette's text colour (the files say currentColor), greyed
/// where disabled.
QIcon themedIcon(const QString& name, const QPalette& palette);

}  // namespace qs
