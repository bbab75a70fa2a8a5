#pragma once

/// Marks a text that the window translates, by the macro that Qt's lupdate looks for; the engine itself is
/// English. `context` is the translation context.
#define QT_TRANSLATE_NOOP(context, text) text
