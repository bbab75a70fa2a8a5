#pragma once

namespace qs {

struct SandboxRules;

/// Version of the kernel's Landlock interface; 0 where it has none or it is switched off.
int landlockVersion();

/// Takes from this thread, and what it starts, every right to change files outside of `rules`, to start
/// programs but those of `rules`, to use TCP, and to signal processes outside, as far as the kernel's version
/// knows these rights. False where nothing was taken.
bool restrictFiles(const SandboxRules& rules);

}  // namespace qs
