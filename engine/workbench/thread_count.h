#pragma once

#include <string>

namespace qs {

/// The largest number of threads that a recipe may ask for.
inline constexpr int kMostThreads = 4096;

/// setThreads() with `asked` threads, but no more than this machine has cores: beyond those, threads only
/// wait for each other. 0: one a core. Returns how many they are.
int useThreads(int asked);

/// What a person must know where useThreads(asked) takes fewer; else empty.
std::string threadNote(int asked);

}  // namespace qs
