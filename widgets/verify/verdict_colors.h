#pragma once

#include <QColor>

namespace qs {

/// Okabe and Ito's orange, for a file that passed before nobody but the engine that wrote it.
inline QColor unconfirmedColor() {
    return {0xE6, 0x9F, 0x00};
}

/// Colour of a verdict: Okabe and Ito's bluish green or vermillion, which people with any of the common
/// colour deficiencies can tell apart. Always shown together with the word. `alpha` 0..255.
inline QColor verdictColor(bool passed, int alpha = 255) {
    return passed ? QColor(0x00, 0x9E, 0x73, alpha) : QColor(0xD5, 0x5E, 0x00, alpha);
}

}  // namespace qs
