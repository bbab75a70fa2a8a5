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
    /// Whether its job was asked for.
    bool openModel(const QString& path);
    void openProject(const QString& path);
    void newProject();
    void save();
    void saveAs();
    /// False if the person would rather stay, or has to: saving failed. Waits for what is being saved.
    bool maySaveAndLeave();

  private:
    /// Where to save; empty where the person has thought better of it.
    QString savePath() const;
    QString askForSavePath() const;
    /// False if it failed.
    bool saveAndWait(const QString& path);

    QWidget& window_;
    Session& session_;
    MessageBar& messages_;
    QString opening_;  ///< the model that was asked for last
};

}  // namespace qs::app
