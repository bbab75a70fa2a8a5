#pragma once

#include "app/session/session.h"
#include "support/wait_until.h"

namespace qs::app {

inline constexpr int kFilePatience = 60'000;

/// Saves the project and waits for it; what went wrong, or empty.
inline QString saveTo(Session& session, const QString& path) {
    QString problem;
    QObject context;
    QObject::connect(&session, &Session::saveFailed, &context,
                     [&](const QString&, const QString& text) { problem = text; });
    session.save(path);
    if (!test::waitUntil([&] { return !session.isSaving(); }, kFilePatience)) {
        return QStringLiteral("saving does not end");
    }
    return problem;
}

/// Waits for the job that `begin` begins; the error that it ended with, or empty.
template <typename Begin>
QString errorOf(Session& session, const Begin& begin) {
    QString problem;
    QObject context;
    QObject::connect(&session, &Session::message, &context, [&](Severity severity, const QString& text) {
        if (severity == Severity::Error) {
            problem = text;
        }
    });
    if (!begin()) {
        return QStringLiteral("it cannot begin");
    }
    if (!test::waitUntil([&] { return !session.job().running; }, kFilePatience)) {
        return QStringLiteral("it does not end");
    }
    return problem;
}

inline QString loadFrom(Session& session, const QString& path) {
    return errorOf(session, [&] { return session.load(path); });
}

inline QString recover(Session& session, const RecoveryInfo& recovery) {
    return errorOf(session, [&] { return session.loadRecovery(recovery); });
}

}  // namespace qs::app
