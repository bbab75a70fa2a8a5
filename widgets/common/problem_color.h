#pragma once

#include <QColor>
#include <QPalette>

namespace qs {

/// Of text that says what is wrong: a red with a contrast of at least 4.5 to the palette's base, light or
/// dark.
inline QColor problemColor(const QPalette& palette) {
    return palette.color(QPalette::Base).lightness() < 128 ? QColor(0xFF, 0x8A, 0x80)
                                                           : QColor(0xB0, 0x00, 0x20);
}

}  // namespace qs
