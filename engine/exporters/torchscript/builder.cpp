#include "exporters/torchscript/builder.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace qs {

namespace jit = torch::jit;

namespace {

/// Words that the archive's code, which is read again as Python, takes for something else.
constexpr std::string_view kReserved[] = {
    "and",      "as",   "assert",        "async",  "await", "bool",     "break", "class",
    "continue", "def",  "del",           "elif",   "else",  "except",   "False", "float",
    "for",      "from", "getattr",       "global", "if",    "in",       "inf",   "import",
    "int",      "is",   "lambda",        "list",   "nan",   "None",     "not",   "nonlocal",
    "ops",      "or",   "pass",          "print",  "raise", "return",   "self",  "torch",
    "True",     "try",  "uninitialized", "while",  "with",  "CONSTANTS"};

/// `name` with an underscore for each character but ASCII's letters and digits, and behind a reserved word.
std::string word(const std::string& name) {
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        const bool goesOn = (byte & 0xC0) == 0x80;  // within a character of UTF-8
        if (!goesOn) {
            text += byte < 0x80 && std::isalnum(byte) != 0 ? c : '_';
        }
    }
    const bool isReserved = text.empty() || std::ranges::find(kReserved, text) != std::end(kReserved);
    return isReserved ? text + "_" : text;
}

/// `name` as an argument of forward: a Python identifier.
std::string identifier(const std::string& name) {
    const std::string text = word(name);
    return std::isdigit(static_cast<unsigned char>(text.front())) != 0 ? "x_" + text : text;
}

/// The modules that a layer of this name lies in, outermost first; "layer4.1" is 1 in layer4.
std::vector<std::string> splitPath(const std::string& layer) {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin <= layer.size();) {
        const size_t end = std::min(layer.find('.', begin), layer.size());
        parts.push_back(layer.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// `wanted`, or `wanted_`, ... : a name that the module does not have yet.
std::string freeName(const jit::Module& module, std::string wanted) {
    while (module.hasattr(wanted)) {
        wanted += '_';
    }
    return wanted;
}

}  // namespace

TorchScriptBuilder::TorchScriptBuilder()
    : unit_(std::make_shared<jit::CompilationUnit>()), graph_(std::make_shared<jit::Graph>()) {
    const jit::Module root = makeModule("Network");
    sites_.emplace(Path{}, Site{root, graph_->addInput("self")->setType(root.type())});
}

jit::Module TorchScriptBuilder::makeModule(const std::string& className) const {
    jit::Module module(c10::QualifiedName("__torch__.quantoscope." + className), unit_,
                       /*shouldMangle=*/true);
    module.register_attribute("training", c10::BoolType::get(),
                              false);  // Python's freeze() and eval() look for it
    return module;
}

TorchScriptBuilder::Site& TorchScriptBuilder::site(const Path& path) {
    const auto known = sites_.find(path);
    if (known != sites_.end()) {
        return known->second;
    }
    Site& parent = site(Path(path.begin(), path.end() - 1));
    const jit::Module module = makeModule("Layer");
    const std::string name = freeName(parent.module, word(path.back()));
    parent.module.register_module(name, module);
    paths_[path] = (path.size() > 1 ? paths_.at(Path(path.begin(), path.end() - 1)) + "." : "") + name;
    return sites_.emplace(path, Site{module, graph_->insertGetAttr(parent.value, name)}).first->second;
}

jit::Value* TorchScriptBuilder::addInput(const std::string& name) {
    std::string argument = identifier(name);
    while (std::ranges::any_of(graph_->inputs(),
                               [&](const jit::Value* other) { return other->debugName() == argument; })) {
        argument += '_';
    }
    return graph_->addInput(argument)->setType(c10::TensorType::get());
}

jit::Value* TorchScriptBuilder::addAttribute(const std::string& layer, const std::string& name,
                                             const c10::IValue& value) {
    Site& owner = site(splitPath(layer));
    const std::string attribute = freeName(owner.module, name);
    if (value.isTensor()) {
        owner.module.register_parameter(attribute, value.toTensor(),
                                        /*is_buffer=*/!value.toTensor().is_floating_point());
    } else {
        owner.module.register_attribute(attribute, value.type(), value);
    }
    return graph_->insertGetAttr(owner.value, attribute);
}

jit::Value* TorchScriptBuilder::constant(const c10::IValue& value) {
    return graph_->insertConstant(value);
}

jit::Value* TorchScriptBuilder::list(const std::vector<jit::Value*>& tensors) {
    return graph_->insertNode(graph_->createList(c10::TensorType::get(), tensors))->output();
}

jit::Value* TorchScriptBuilder::numbers(const std::vector<jit::Value*>& integers) {
    return graph_->insertNode(graph_->createList(c10::IntType::get(), integers))->output();
}

jit::Value* TorchScriptBuilder::call(const std::string& op, const std::vector<jit::NamedValue>& arguments,
                                     const std::string& name, const std::vector<jit::NamedValue>& named) {
    jit::Value* result = graph_->insert(c10::Symbol::fromQualString(op), arguments, named);
    if (!name.empty()) {
        result->setDebugName(identifier(name));
    }
    return result;
}

std::string TorchScriptBuilder::pathOf(const std::string& layer) const {
    const auto path = paths_.find(splitPath(layer));
    return path == paths_.end() ? std::string() : path->second;
}

at::Tensor TorchScriptBuilder::once(const at::Tensor& source, const std::string& form,
                                    const std::function<at::Tensor()>& make) {
    at::Tensor& made = made_[{source.data_ptr(), source.scalar_type(), form}];
    if (!made.defined()) {
        made = make();
    }
    return made;
}

std::vector<jit::Value*> TorchScriptBuilder::unpack(jit::Value* result, size_t count) {
    if (result->type()->kind() == c10::TypeKind::TensorType) {
        return {result};
    }
    jit::Node* node = result->type()->kind() == c10::TypeKind::TupleType
                          ? graph_->createTupleUnpack(result)
                          : graph_->createListUnpack(result, count);
    return graph_->insertNode(node)->outputs().vec();
}

jit::Module TorchScriptBuilder::finish(const std::vector<jit::Value*>& outputs) {
    graph_->registerOutput(outputs.size() == 1 ? outputs.front()
                                               : graph_->insertNode(graph_->createTuple(outputs))->output());
    const jit::Module& root = sites_.at(Path{}).module;
    root.type()->addMethod(
        unit_->create_function(c10::QualifiedName(*root.type()->name(), "forward"), graph_));
    return root;
}

}  // namespace qs
