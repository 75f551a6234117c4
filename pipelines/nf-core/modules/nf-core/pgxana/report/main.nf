process PGXANA_REPORT {
    tag "${meta.id}"
    label 'process_single'

    // To be published: these images are made from the bioconda package, which does not exist yet.
    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/pgx-ana:0.1.0--pyhdfd78af_0'
        : 'quay.io/biocontainers/pgx-ana:0.1.0--pyhdfd78af_0'}"

    input:
    tuple val(meta), path(vcf), path(index), path(results)

    output:
    tuple val(meta), path("${prefix}"), emit: report
    tuple val("${task.process}"), val('pgx-ana'), eval("pgx-ana --version | sed 's/^pgx-ana //;s/,.*//'"), topic: versions, emit: versions_pgxana

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}_report"
    def documents = results instanceof List ? results : [results]
    def source = results ? documents.collect { document -> "--from ${document}" }.join(' ') : "${vcf}"
    """
    pgx-ana report \\
        ${args} \\
        --output ${prefix}/ \\
        ${source}
    """

    stub:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}_report"
    """
    echo ${args}

    mkdir -p ${prefix}/people
    touch ${prefix}/index.html
    touch ${prefix}/cohort.html
    touch ${prefix}/people/${meta.id}.html
    """
}
