#pragma once

#include <QObject>
#include <QString>

#include "app/session/session.h"

class QWidget;

namespace qs {
class MessageBar;
}

namespace qs::app {

/// The commands that ask for a file: projects and models. What goes wrong is said in the message bar.
class FileCommands : public QObject {
    Q_OBJECT
  public:
    FileCommands(QWidget& window, Session& session, MessageBar& messages);

    void askForModel();
    void askForProject();
    /// Asks first whether to save what is open.
    void openModel(const QString& path);
    void openProject(const QString& path);
    void newProject();
    /// False if it was cancelled or failed.
    bool save();
    bool saveAs();
    /// False if the person would rather stay.
    bool maySaveAndLeave();

  private:
    bool saveTo(const QString& path);
    /// Shows the problem, if any, of what was done with a file; without one its folder is the last one.
    bool reportFile(const QString& path, const QString& problem);

    QWidget& window_;
    Session& session_;
    MessageBar& messages_;
    QString opening_;  ///< the model that was asked for last
};

}  // namespace qs::app
