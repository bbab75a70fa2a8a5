#pragma once

#include <QCoreApplication>
#include <QString>
#include <string>

namespace qs {

/// What an entry of the engine's registries says of itself, in the window's language. The engine marks such
/// texts with QT_TRANSLATE_NOOP("Engine", ...); others come back as they are.
inline QString engineText(const std::string& text) {
    return QCoreApplication::translate("Engine", text.c_str());
}

}  // namespace qs
