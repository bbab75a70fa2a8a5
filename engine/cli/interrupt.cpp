#include "cli/interrupt.h"

#include <csignal>

namespace qs::cli {

namespace {

CancelToken interruptToken;

/// Only sets an atomic flag: safe in a signal handler.
void onInterrupt(int) {
    interruptToken.cancel();
}

}  // namespace

void cancelOnInterrupt(const CancelToken& token) {
    interruptToken = token;
    struct sigaction action = {};
    action.sa_handler = onInterrupt;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

}  // namespace qs::cli
