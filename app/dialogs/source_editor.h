#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "protocol/messages.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QStackedWidget;
class QTableWidget;

namespace qs::app {

/// Chooses where data comes from: a format of those that the engine lists, and the files, folders or split
/// that this format takes. A format that this program does not know takes its argument as text.
class SourceEditor : public QWidget {
    Q_OBJECT
  public:
    explicit SourceEditor(const std::vector<protocol::EntryInfo>& formats, QWidget* parent = nullptr);

    void setSource(const std::string& source);
    std::string source() const;
    /// Names for the inputs of npy data, as the model calls them.
    void proposeInputs(const std::vector<protocol::TensorInfo>& inputs);
    /// Whether the format holds ready tensors, which are not preprocessed.
    bool holdsTensors() const;
    QString obstacle() const;

  signals:
    void changed();

  private:
    enum Page { SplitPage, FolderPage, FilePage, ImagesPage, CifarPage, ArrayPage, OtherPage, PageCount };
    static Page pageOf(const QString& format);

    QString format() const;
    QWidget* makePage(Page page);
    void addSplit(QFormLayout& form, Page page);
    /// An edit of a path with its button; `filter` empty: a folder.
    QLineEdit* addPath(QFormLayout& form, const QString& label, const char* name, const QString& filter);
    void addArrays(QFormLayout& form);
    void browse(QLineEdit& edit, const QString& filter);
    void showFormat();
    void setArrays(const QString& argument);
    QString arrayArgument() const;
    QString arrayObstacle() const;

    std::vector<protocol::EntryInfo> formats_;
    QComboBox* format_;
    QLabel* description_;
    QStackedWidget* pages_;
    QComboBox* split_ = nullptr;
    QComboBox* cifarSplit_ = nullptr;
    QLineEdit* folder_ = nullptr;
    QLineEdit* file_ = nullptr;
    QLineEdit* images_ = nullptr;
    QLineEdit* imageLabels_ = nullptr;
    QLineEdit* cifarFolder_ = nullptr;
    QTableWidget* arrays_ = nullptr;
    QLineEdit* arrayLabels_ = nullptr;
    QLineEdit* other_ = nullptr;
};

}  // namespace qs::app
