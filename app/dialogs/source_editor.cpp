#include "app/dialogs/source_editor.h"
#include "widgets/common/engine_text.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace qs::app {
namespace {

struct KnownFormat {
    const char* name;
    const char* title;
};

constexpr KnownFormat kTitles[] = {
    {"fashion-mnist", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "Fashion-MNIST")},
    {"imagefolder", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "Image folder")},
    {"imagelist", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "Image list (CSV)")},
    {"idx", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "IDX images (MNIST)")},
    {"cifar10", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "CIFAR-10")},
    {"cifar100", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "CIFAR-100")},
    {"npy", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "NumPy arrays (.npy)")},
    {"npz", QT_TRANSLATE_NOOP("qs::app::SourceEditor", "NumPy archive (.npz)")},
};

QString titleOf(const QString& format) {
    const auto* const found =
        std::find_if(std::begin(kTitles), std::end(kTitles),
                     [&](const KnownFormat& known) { return format == QLatin1String(known.name); });
    return found == std::end(kTitles) ? format : SourceEditor::tr(found->title);
}

const QString kLabelsKey = QStringLiteral("labels");

bool isFile(const QString& path) {
    return QFileInfo(path).isFile();
}

}  // namespace

SourceEditor::SourceEditor(const std::vector<protocol::EntryInfo>& formats, QWidget* parent)
    : QWidget(parent),
      formats_(formats),
      format_(new QComboBox(this)),
      description_(new QLabel(this)),
      pages_(new QStackedWidget(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    format_->setObjectName(QStringLiteral("dataFormat"));
    for (const auto& entry : formats_) {
        const QString name = QString::fromStdString(entry.name);
        format_->addItem(titleOf(name), name);
        format_->setItemData(format_->count() - 1, engineText(entry.description), Qt::ToolTipRole);
    }
    description_->setObjectName(QStringLiteral("formatDescription"));
    description_->setWordWrap(true);
    description_->setForegroundRole(QPalette::PlaceholderText);
    for (int page = 0; page < PageCount; ++page) {
        pages_->addWidget(makePage(static_cast<Page>(page)));
    }
    layout->addWidget(format_);
    layout->addWidget(description_);
    layout->addWidget(pages_);
    connect(format_, &QComboBox::currentIndexChanged, this, &SourceEditor::showFormat);
    showFormat();
}

SourceEditor::Page SourceEditor::pageOf(const QString& format) {
    static const std::vector<std::pair<QString, Page>> pages = {
        {QStringLiteral("fashion-mnist"), SplitPage}, {QStringLiteral("imagefolder"), FolderPage},
        {QStringLiteral("imagelist"), FilePage},      {QStringLiteral("npz"), FilePage},
        {QStringLiteral("idx"), ImagesPage},          {QStringLiteral("cifar10"), CifarPage},
        {QStringLiteral("cifar100"), CifarPage},      {QStringLiteral("npy"), ArrayPage}};
    const auto found =
        std::find_if(pages.begin(), pages.end(), [&](const auto& entry) { return entry.first == format; });
    return found == pages.end() ? OtherPage : found->second;
}

QString SourceEditor::format() const {
    return format_->currentData().toString();
}

bool SourceEditor::holdsTensors() const {
    return format() == QLatin1String("npy") || format() == QLatin1String("npz");
}

QWidget* SourceEditor::makePage(Page page) {
    auto* widget = new QWidget(pages_);
    auto* form = new QFormLayout(widget);
    form->setContentsMargins(0, 0, 0, 0);
    const QString anyFile = tr("All files (*)");
    switch (page) {
        case SplitPage:
            addSplit(*form, page);
            break;
        case FolderPage:
            folder_ = addPath(*form, tr("Folder:"), "dataFolder", {});
            break;
        case FilePage:
            file_ = addPath(*form, tr("File:"), "dataFile", anyFile);
            break;
        case ImagesPage:
            images_ = addPath(*form, tr("Images:"), "dataImages", anyFile);
            imageLabels_ = addPath(*form, tr("Labels:"), "dataImageLabels", anyFile);
            imageLabels_->setPlaceholderText(tr("optional: without labels there is no accuracy"));
            break;
        case CifarPage:
            cifarFolder_ = addPath(*form, tr("Folder:"), "dataCifarFolder", {});
            addSplit(*form, page);
            break;
        case ArrayPage:
            addArrays(*form);
            break;
        default:
            other_ = new QLineEdit(widget);
            other_->setObjectName(QStringLiteral("dataArgument"));
            form->addRow(tr("Argument:"), other_);
            connect(other_, &QLineEdit::textChanged, this, &SourceEditor::changed);
            break;
    }
    return widget;
}

void SourceEditor::addSplit(QFormLayout& form, Page page) {
    auto* split = new QComboBox(this);
    split->setObjectName(page == SplitPage ? QStringLiteral("dataSplit") : QStringLiteral("dataCifarSplit"));
    split->addItem(tr("test images"), QStringLiteral("test"));
    split->addItem(tr("training images"), QStringLiteral("train"));
    form.addRow(tr("Images:"), split);
    connect(split, &QComboBox::currentIndexChanged, this, &SourceEditor::changed);
    (page == SplitPage ? split_ : cifarSplit_) = split;
}

QLineEdit* SourceEditor::addPath(QFormLayout& form, const QString& label, const char* name,
                                 const QString& filter) {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* edit = new QLineEdit(row);
    edit->setObjectName(QLatin1String(name));
    auto* button = new QPushButton(tr("Browse..."), row);
    button->setObjectName(QLatin1String(name) + QStringLiteral("Browse"));
    layout->addWidget(edit, 1);
    layout->addWidget(button);
    row->setFocusProxy(edit);
    form.addRow(label, row);
    connect(button, &QPushButton::clicked, this, [this, edit, filter] { browse(*edit, filter); });
    connect(edit, &QLineEdit::textChanged, this, &SourceEditor::changed);
    return edit;
}

void SourceEditor::browse(QLineEdit& edit, const QString& filter) {
    const QString chosen = filter.isEmpty()
                               ? QFileDialog::getExistingDirectory(this, tr("Folder of data"), edit.text())
                               : QFileDialog::getOpenFileName(this, tr("File of data"), edit.text(), filter);
    if (!chosen.isEmpty()) {
        edit.setText(chosen);
    }
}

void SourceEditor::addArrays(QFormLayout& form) {
    arrays_ = new QTableWidget(1, 2, this);
    arrays_->setObjectName(QStringLiteral("dataArrays"));
    arrays_->setHorizontalHeaderLabels({tr("Input"), tr("File (N × ...)")});
    arrays_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    arrays_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    arrays_->verticalHeader()->hide();
    arrays_->setMaximumHeight(fontMetrics().height() * 7);
    arrays_->setTabKeyNavigation(false);
    form.addRow(arrays_);
    auto* buttons = new QHBoxLayout;
    const auto addButton = [&](const QString& text, const char* name, auto handler) {
        auto* button = new QPushButton(text, this);
        button->setObjectName(QLatin1String(name));
        buttons->addWidget(button);
        connect(button, &QPushButton::clicked, this, handler);
    };
    addButton(tr("Browse..."), "dataArrayBrowse", [this] {
        const int row = std::max(0, arrays_->currentRow());
        QLineEdit path(arrays_->item(row, 1) ? arrays_->item(row, 1)->text() : QString());
        browse(path, tr("NumPy arrays (*.npy);;All files (*)"));
        arrays_->setItem(row, 1, new QTableWidgetItem(path.text()));
    });
    addButton(tr("Add an input"), "dataArrayAdd", [this] {
        arrays_->setRowCount(arrays_->rowCount() + 1);
        emit changed();
    });
    addButton(tr("Remove the input"), "dataArrayRemove", [this] {
        if (arrays_->rowCount() > 1) {
            arrays_->removeRow(arrays_->currentRow() < 0 ? arrays_->rowCount() - 1 : arrays_->currentRow());
            emit changed();
        }
    });
    buttons->addStretch();
    form.addRow(buttons);
    arrayLabels_ = addPath(form, tr("Labels (N):"), "dataLabels", tr("NumPy arrays (*.npy);;All files (*)"));
    arrayLabels_->setPlaceholderText(tr("optional: without labels there is no accuracy"));
    connect(arrays_->model(), &QAbstractItemModel::dataChanged, this, &SourceEditor::changed);
}

void SourceEditor::showFormat() {
    const auto index = static_cast<size_t>(std::max(0, format_->currentIndex()));
    description_->setText(index < formats_.size() ? engineText(formats_[index].description) : QString());
    const Page shown = pageOf(format());
    // Only the page that is shown asks for room.
    for (int page = 0; page < PageCount; ++page) {
        pages_->widget(page)->setSizePolicy(QSizePolicy::Preferred,
                                            page == shown ? QSizePolicy::Preferred : QSizePolicy::Ignored);
    }
    pages_->setCurrentIndex(shown);
    emit changed();
}

void SourceEditor::proposeInputs(const std::vector<protocol::TensorInfo>& inputs) {
    if (inputs.size() < 2 || !arrayArgument().isEmpty()) {
        return;
    }
    arrays_->setRowCount(static_cast<int>(inputs.size()));
    for (int row = 0; row < arrays_->rowCount(); ++row) {
        arrays_->setItem(row, 0,
                         new QTableWidgetItem(QString::fromStdString(inputs[static_cast<size_t>(row)].name)));
    }
}

/// "X.npy", "X.npy,Y.npy", or "a=X.npy,b=Y.npy,labels=L.npy".
QString SourceEditor::arrayArgument() const {
    QStringList parts;
    bool named = false;
    for (int row = 0; row < arrays_->rowCount(); ++row) {
        const auto* name = arrays_->item(row, 0);
        const auto* path = arrays_->item(row, 1);
        if (!path || path->text().isEmpty()) {
            continue;
        }
        const bool hasName = name && !name->text().isEmpty();
        named = named || hasName;
        parts << (hasName ? name->text() + QLatin1Char('=') + path->text() : path->text());
    }
    if (!parts.isEmpty() && !arrayLabels_->text().isEmpty()) {
        parts << (named ? kLabelsKey + QLatin1Char('=') : QString()) + arrayLabels_->text();
    }
    return parts.join(QLatin1Char(','));
}

void SourceEditor::setArrays(const QString& argument) {
    const QStringList parts = argument.split(QLatin1Char(','), Qt::SkipEmptyParts);
    std::vector<std::pair<QString, QString>> inputs;
    QString labels;
    for (int i = 0; i < parts.size(); ++i) {
        const qsizetype equals = parts[i].indexOf(QLatin1Char('='));
        const QString name = equals < 0 ? QString() : parts[i].left(equals);
        const QString path = parts[i].mid(equals + 1);
        if (name == kLabelsKey || (name.isEmpty() && i > 0)) {
            labels = path;
        } else {
            inputs.emplace_back(name, path);
        }
    }
    arrays_->setRowCount(std::max(1, static_cast<int>(inputs.size())));
    for (size_t i = 0; i < inputs.size(); ++i) {
        arrays_->setItem(static_cast<int>(i), 0, new QTableWidgetItem(inputs[i].first));
        arrays_->setItem(static_cast<int>(i), 1, new QTableWidgetItem(inputs[i].second));
    }
    arrayLabels_->setText(labels);
}

std::string SourceEditor::source() const {
    const QString name = format();
    QString argument;
    switch (pageOf(name)) {
        case SplitPage:
            argument = split_->currentData().toString();
            break;
        case FolderPage:
            argument = folder_->text();
            break;
        case FilePage:
            argument = file_->text();
            break;
        case ImagesPage:
            argument = images_->text();
            if (!imageLabels_->text().isEmpty()) {
                argument += QLatin1Char(',') + imageLabels_->text();
            }
            break;
        case CifarPage:
            argument = cifarFolder_->text() + QLatin1Char(',') + cifarSplit_->currentData().toString();
            break;
        case ArrayPage:
            argument = arrayArgument();
            break;
        default:
            argument = other_->text();
            break;
    }
    return (argument.isEmpty() ? name : name + QLatin1Char(':') + argument).toStdString();
}

void SourceEditor::setSource(const std::string& source) {
    const QString text = QString::fromStdString(source);
    const QString name = text.section(QLatin1Char(':'), 0, 0);
    const QString argument = text.section(QLatin1Char(':'), 1);
    const QString first = argument.section(QLatin1Char(','), 0, 0);
    const QString second = argument.section(QLatin1Char(','), 1);
    format_->setCurrentIndex(std::max(0, format_->findData(name)));
    switch (pageOf(name)) {
        case SplitPage:
            split_->setCurrentIndex(std::max(0, split_->findData(argument)));
            break;
        case FolderPage:
            folder_->setText(argument);
            break;
        case FilePage:
            file_->setText(argument);
            break;
        case ImagesPage:
            images_->setText(first);
            imageLabels_->setText(second);
            break;
        case CifarPage:
            cifarFolder_->setText(first);
            cifarSplit_->setCurrentIndex(std::max(0, cifarSplit_->findData(second)));
            break;
        case ArrayPage:
            setArrays(argument);
            break;
        default:
            other_->setText(argument);
            break;
    }
}

QString SourceEditor::arrayObstacle() const {
    const QString argument = arrayArgument();
    if (argument.isEmpty()) {
        return tr("Choose the array of inputs.");
    }
    int files = 0;
    for (int row = 0; row < arrays_->rowCount(); ++row) {
        const auto* path = arrays_->item(row, 1);
        const auto* name = arrays_->item(row, 0);
        if (!path || path->text().isEmpty()) {
            return tr("Choose a file for every input.");
        }
        if (!isFile(path->text())) {
            return tr("There is no file %1.").arg(path->text());
        }
        if (arrays_->rowCount() > 1 && (!name || name->text().isEmpty())) {
            return tr("Name every input as the model does.");
        }
        ++files;
    }
    return files > 0 && !arrayLabels_->text().isEmpty() && !isFile(arrayLabels_->text())
               ? tr("There is no such file of labels.")
               : QString();
}

QString SourceEditor::obstacle() const {
    switch (pageOf(format())) {
        case FolderPage:
            if (!QFileInfo(folder_->text()).isDir()) {
                return folder_->text().isEmpty() ? tr("Choose the folder of images.")
                                                 : tr("There is no such folder.");
            }
            break;
        case CifarPage:
            if (!QFileInfo(cifarFolder_->text()).isDir()) {
                return cifarFolder_->text().isEmpty() ? tr("Choose the folder of the binary files.")
                                                      : tr("There is no such folder.");
            }
            break;
        case FilePage:
            if (!isFile(file_->text())) {
                return file_->text().isEmpty() ? tr("Choose the file.") : tr("There is no such file.");
            }
            break;
        case ImagesPage:
            if (!isFile(images_->text())) {
                return images_->text().isEmpty() ? tr("Choose the file of images.")
                                                 : tr("There is no such file.");
            }
            if (!imageLabels_->text().isEmpty() && !isFile(imageLabels_->text())) {
                return tr("There is no such file of labels.");
            }
            break;
        case ArrayPage:
            return arrayObstacle();
        default:
            break;
    }
    return {};
}

}  // namespace qs::app
