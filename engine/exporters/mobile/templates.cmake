# Writes ${CMAKE_CURRENT_BINARY_DIR}/mobile_templates.cpp, the sources of template_files.h's functions, from
# packaging/mobile.
set(mobile ${PROJECT_SOURCE_DIR}/packaging/mobile)

function(qs_mobile_project function folder result)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${mobile}/${folder} ${mobile}/${folder}/*)
    set(entries "")
    foreach(file IN LISTS files)
        file(READ ${mobile}/${folder}/${file} text)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mobile}/${folder}/${file})
        string(APPEND entries "    {\"${file}\", R\"qs(${text})qs\"},\n")
    endforeach()
    set(${result} "const TemplateFile ${function}Files[] = {\n${entries}};\n" PARENT_SCOPE)
endfunction()

qs_mobile_project(android android android_files)
qs_mobile_project(ios ios ios_files)
file(READ ${mobile}/versions.json versions)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mobile}/versions.json)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/mobile_templates.cpp CONTENT
"// Written by CMake from packaging/mobile.
#include \"exporters/mobile/template_files.h\"

namespace qs {

namespace {

@android_files@
@ios_files@
}  // namespace

std::span<const TemplateFile> androidTemplates() {
    return androidFiles;
}

std::span<const TemplateFile> iosTemplates() {
    return iosFiles;
}

std::string_view mobileVersions() {
    return R\"qs(@versions@)qs\";
}

}  // namespace qs
" @ONLY)
